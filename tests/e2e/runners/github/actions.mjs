// Stand-ins for the four actions that a publishing workflow uses, as local composite actions for act.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUNDLED, sharedDistribution, toolsFolder } from '../../toolchain.mjs'

const toolchain = join(dirname(fileURLToPath(import.meta.url)), 'setup-node.mjs')

/**
 * Writes the stand-ins below `folder`: `{'actions/checkout': path, …}`. `origin` is the repository to fetch from,
 * `artifacts` the folder that stands for GitHub's artifact storage. `cache` the folder of its cache, if any.
 * Paths are written into the actions, so that
 * no step finds them in its environment.
 */
export function writeActions(folder, { origin, artifacts, cache }) {
  mkdirSync(artifacts, { recursive: true })
  const action = (name, inputs, run, env = inputs) => {
    const path = join(folder, name)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'action.yml'), JSON.stringify({
      name, description: `e2e stand-in for actions/${name}`,
      inputs: Object.fromEntries(Object.entries(inputs).map(([input, value]) => [input, { description: input, default: value }])),
      runs: {
        using: 'composite',
        steps: [{
          shell: 'bash', run,
          env: Object.fromEntries(Object.keys(env).map((input) => [variable(input), `\${{ inputs.${input} }}`])),
        }],
      },
    }, null, 2))
    return path
  }
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`
  return {
    'actions/checkout': action('checkout', { 'persist-credentials': 'true', 'fetch-depth': '1', ref: '' }, `
      git init -q --template= . && git remote add origin ${quoted(origin)}
      git fetch -q origin "\${INPUT_REF:-$GITHUB_SHA}" && git -c advice.detachedHead=false checkout -q FETCH_HEAD`),
    'actions/setup-node': action('setup-node', {
      'node-version': '', 'node-version-file': '', 'registry-url': '', scope: '', cache: '', 'package-manager-cache': 'true',
    }, `
      known=
      if [ -z "$INPUT_NODE_VERSION_FILE$INPUT_REGISTRY_URL$INPUT_CACHE"${quoted(cache ?? '')} ]; then
        case "$INPUT_NODE_VERSION" in ${exact(quoted)} esac
      fi
      if [ -n "$known" ]; then
        folder="$(mktemp -d "$RUNNER_TEMP/node-XXXXXX")"
        cp -a --link "$known" "$folder/node"
        echo "$folder/node/bin" >>"$GITHUB_PATH"
      else
        ${quoted(process.execPath)} ${quoted(toolchain)} ${quoted(toolsFolder())} ${cache ? quoted(cache) : ''}
      fi`),
    'actions/upload-artifact': action('upload-artifact', {
      name: 'artifact', path: '', 'if-no-files-found': 'warn', 'retention-days': '90',
    }, `
      store=${quoted(artifacts)}/"$INPUT_NAME"
      if [ ! -e "$INPUT_PATH" ] || [ -z "$(ls -A "$INPUT_PATH")" ]; then
        echo "No files were found with the provided path: $INPUT_PATH"
        [ "$INPUT_IF_NO_FILES_FOUND" != error ]; exit
      fi
      [ ! -e "$store" ] || { echo "an artifact of this name exists"; exit 1; }
      mkdir -p "$store"
      if [ -d "$INPUT_PATH" ]; then cp -a "$INPUT_PATH/." "$store"; else cp -a "$INPUT_PATH" "$store"; fi`),
    'actions/download-artifact': action('download-artifact', { name: '', path: '.' }, `
      store=${quoted(artifacts)}/"$INPUT_NAME"
      [ -d "$store" ] || { echo "Unable to download artifact(s): Artifact not found for name: $INPUT_NAME"; exit 1; }
      mkdir -p "$INPUT_PATH" && cp -a "$store/." "$INPUT_PATH"`),
  }
}

// The plain case, an exact version and nothing else, needs no program: `version) known=folder;;` for each Node there is.
const exact = (quoted) => Object.keys(BUNDLED).map((node) => `${node}) known=${quoted(sharedDistribution({ node }))};;`).join(' ')

const variable = (input) => `INPUT_${input.toUpperCase().replaceAll('-', '_')}`
