// Where this run comes from: its git tag, and the URL that provenance names (none if not public).
const currentTag = () => env.CI_COMMIT_TAG ?? '';
const publicUrl = () => (env.CI_PROJECT_VISIBILITY === 'public' ? env.CI_PROJECT_URL : '');
