// Trusted publishers: what a package's owner configured, and whether an id token matches it.
// A publisher has the shape that `npm trust` sends: {type, claims, permissions}.

export const PUBLISH = 'createPackage'
export const STAGE = 'createStagedPackage'
// The website's third opt-in; `npm trust` has no flag for it.
export const DIST_TAG = 'distTag'

/** Most publishers that one package may have (since 2026-09-03). */
export const MOST_PUBLISHERS = 10

const CIRCLE = 'oidc.circleci.com/'

/** The claim that differs, or null when `claims` of a token from `provider` satisfy `publisher`. Case-sensitive, as npm is. */
export function mismatch(publisher, provider, claims) {
  if (publisher.type !== provider) return 'provider'
  const wanted = publisher.claims
  const differs = (name, has, wants) => (has === wants ? null : name)
  if (provider === 'github') {
    return differs('repository', claims.repository, wanted.repository)
      ?? differs('workflow file', fileOf(claims.workflow_ref), wanted.workflow_ref.file)
      ?? environment(claims, wanted)
  }
  if (provider === 'gitlab') {
    return differs('project path', claims.project_path, wanted.project_path)
      ?? differs('CI file', fileOf(claims.ci_config_ref_uri), wanted.ci_config_ref_uri.file)
      ?? environment(claims, wanted)
  }
  // Reported for real: a token of an SSH rerun is refused like a mismatch (npm/cli#10005).
  if (String(claims[`${CIRCLE}ssh-rerun`]) === 'true') return 'ssh rerun'
  for (const name of ['org-id', 'project-id', 'pipeline-definition-id', 'vcs-origin']) {
    if (claims[CIRCLE + name] !== wanted[CIRCLE + name]) return name
  }
  const contexts = claims[`${CIRCLE}context-ids`] ?? []
  const missing = (wanted[`${CIRCLE}context-ids`] ?? []).some((id) => !contexts.includes(id))
  return missing ? 'context-ids' : null
}

/** What the matching publishers allow, or null when none matches: any one may match. */
export function permissionsFor(publishers, provider, claims) {
  const matching = publishers.filter((publisher) => mismatch(publisher, provider, claims) === null)
  if (matching.length === 0) return null
  // Staging is always allowed since 2026-09-03; direct publish and dist-tag are opt-ins.
  return new Set([STAGE, ...matching.flatMap((publisher) => publisher.permissions)])
}

// A publisher without an environment accepts any (derived from the claim being optional).
function environment(claims, wanted) {
  return !wanted.environment || claims.environment === wanted.environment ? null : 'environment'
}

// `acme/demo/.github/workflows/release.yml@refs/tags/v1` → `release.yml`;
// `gitlab.com/acme/demo//.gitlab-ci.yml@refs/tags/v1` → `.gitlab-ci.yml`
const fileOf = (reference) => String(reference ?? '').split('@')[0].split('/').pop()
