// The claims of GitLab's id tokens, from the facts of a job.
export function gitlabClaims({ project, visibility, ref, kind, refProtected, configFile, environment, environmentProtected, runner, sha }) {
  const path = kind === 'tag' ? `refs/tags/${ref}` : `refs/heads/${ref}`
  return {
    sub: `project_path:${project}:ref_type:${kind}:ref:${ref}`, project_path: project, project_id: '77', project_visibility: visibility,
    namespace_path: project.split('/').slice(0, -1).join('/'), user_login: 'ada', pipeline_id: '501', pipeline_source: 'push', job_id: '901',
    ref, ref_type: kind, ref_path: path, ref_protected: String(refProtected), runner_id: 1, runner_environment: runner, sha,
    ci_config_ref_uri: `gitlab.com/${project}//${configFile}@${path}`, ci_config_sha: sha,
    ...(environment ? { environment, environment_protected: String(environmentProtected), deployment_tier: 'production' } : {}),
  }
}
