// Where this run comes from: its git tag, and the URL that provenance names (none if not public).
const currentTag = () => (env.GITHUB_REF_TYPE === 'tag' ? env.GITHUB_REF_NAME : '');
function publicUrl() {
  const { repository } = JSON.parse(fs.readFileSync(need('GITHUB_EVENT_PATH'), 'utf8'));
  return repository?.visibility === 'public' ? `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}` : '';
}
