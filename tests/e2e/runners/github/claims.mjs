// The claims of GitHub's id token, from the facts of a run.
export function githubClaims({ repository, visibility, event, workflowFile, environment, runner, sha, ids }) {
  const owner = repository.split('/')[0]
  const workflowRef = `${repository}/${workflowFile}@${event.ref}`
  return {
    sub: environment ? `repo:${repository}:environment:${environment}` : `repo:${repository}:ref:${event.ref}`,
    repository, repository_owner: owner, repository_visibility: visibility,
    repository_id: ids.repository, repository_owner_id: ids.owner,
    actor: 'octocat', event_name: event.name, ref: event.ref, ref_type: event.ref.startsWith('refs/tags/') ? 'tag' : 'branch', sha,
    workflow: 'Publish to npm', workflow_ref: workflowRef, workflow_sha: sha, job_workflow_ref: workflowRef, job_workflow_sha: sha,
    run_id: '4242', run_number: '7', run_attempt: '1', runner_environment: runner,
    ...(environment ? { environment } : {}),
  }
}
