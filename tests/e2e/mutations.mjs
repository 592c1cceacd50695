// Deliberate breakages of the templates, each with the cases that must notice.
const GITHUB = 'templates/github/publish.yml.jinja'
const GITLAB = 'templates/gitlab/publish.yml.jinja'
const CIRCLECI = 'templates/circleci/publish.yml.jinja'
const runtime = (name) => `templates/runtime/${name}.mjs`

const swap = (pattern, text) => (source) => source.replace(pattern, text)
const out = (pattern) => swap(pattern, '')
const CHECKOUT = '      - uses: {@ actions.checkout.uses @}\n'
const TAKE = '      - name: Take the tarballs\n'

export const MUTATIONS = [
  // The identity and its guards.
  { id: 'github: no id-token', file: GITHUB, cases: 'matrix: github, single, npm bundled', change: swap('id-token: write', 'contents: read') },
  { id: 'github: no environment', file: GITHUB, cases: 'matrix: github, single, npm bundled', change: out(/^ *environment: .*\n/m) },
  { id: 'github: the pack job has the identity', file: GITHUB, cases: "attack: github, a dependency's postinstall",
    change: swap(/^( +)contents: read .*\n/m, '$1contents: read\n$1id-token: write\n') },
  { id: 'github: any branch starts it', file: GITHUB, cases: 'isolation: github, a branch starts nothing',
    change: out(/^\{% for word, patterns in [^]*?^\{% endfor %\}\n\{% endfor %\}\n/m) },
  { id: 'gitlab: no NPM_ID_TOKEN', file: GITLAB, cases: 'matrix: gitlab, single, npm bundled', change: out(/^ *NPM_ID_TOKEN:\n.*aud: .*\n/m) },
  { id: 'gitlab: no SIGSTORE_ID_TOKEN', file: GITLAB, cases: 'matrix: gitlab, single, npm bundled', change: out(/^ *SIGSTORE_ID_TOKEN:.*\n.*aud: .*\n/m) },
  { id: 'gitlab: another audience', file: GITLAB, cases: 'matrix: gitlab, single, npm bundled',
    change: swap('aud: {@ publish.audience @}', 'aud: https://gitlab.com') },
  { id: 'gitlab: no environment', file: GITLAB, cases: 'matrix: gitlab, single, npm bundled',
    change: out(/^ *environment: .*\n +name: .*\n +deployment_tier: .*\n/m) },
  { id: 'gitlab: no rules', file: GITLAB, cases: 'isolation: gitlab, a branch starts nothing', change: out(/^ +rules:\n +- if: .*\n/gm) },
  { id: 'circleci: no context', file: CIRCLECI, cases: 'matrix: circleci, single, npm bundled', change: out(/^ *context: .*\n/m) },
  { id: 'circleci: no filters', file: CIRCLECI, cases: 'isolation: circleci, a branch starts nothing', change: swap(/^( *)filters: .*$/gm, '$1filters: {branches: {only: /.*/}, tags: {only: /.*/}}') },
  { id: 'thin github: no environment', file: 'templates/thin/github.yml.jinja', cases: 'thin: github publishes, single', change: out(/^ *environment: .*\n/m) },
  { id: 'thin circleci: no context', file: 'templates/thin/circleci.yml.jinja', cases: 'thin: circleci publishes, single', change: out(/^ *context: .*\n/m) },

  // What stands beside the identity.
  { id: 'github: install in the publish job', file: GITHUB, cases: "attack: github, a dependency's postinstall",
    change: swap(TAKE, `${CHECKOUT}      - run: npm ci\n${TAKE}`) },
  { id: 'github: a checkout in the publish job', file: GITHUB, cases: "isolation: github, the project's .npmrc", change: swap(TAKE, CHECKOUT + TAKE) },
  { id: 'gitlab: the publish job checks out', file: GITLAB, cases: "isolation: gitlab, the project's .npmrc", change: out(/^ *GIT_STRATEGY: .*\n/m) },
  { id: 'github: the package manager cache is on', file: GITHUB, cases: 'attack: github, a poisoned cache',
    change: swap('package-manager-cache: false', 'package-manager-cache: true') },
  { id: 'gitlab: a cache in the pack job', file: GITLAB, cases: 'attack: gitlab, a poisoned cache', change: swap(/cache: \[\] .*/, 'cache:\n    paths: [.npm-cache/]') },
  { id: 'circleci: a cache is restored', file: CIRCLECI, cases: 'attack: circleci, a poisoned cache',
    change: swap('      - checkout\n', '      - checkout\n      - restore_cache:\n          keys: [v1]\n') },
  { id: 'github: the read token in the whole job', file: GITHUB, cases: 'matrix: github, private dependency, npm bundled',
    change: swap('    steps:\n', '{% if pack.install.token %}\n    env:\n      TOKEN: ${{ secrets.{@ pack.install.token|comment @} }}\n{% endif %}\n    steps:\n') },

  // The toolchain.
  { id: 'github: npm unpinned', file: GITHUB, cases: 'matrix: github, single, npm floor', change: swap('npm@{@ version|comment @} #', 'npm #') },
  { id: 'github: an older Node and its npm', file: GITHUB, cases: 'matrix: github, single, npm bundled', change: swap('node-version: {@ publish.node @}', 'node-version: "22"') },
  { id: 'circleci: an older image in the publish job', file: CIRCLECI, cases: 'matrix: circleci, single, npm bundled',
    change: swap('- image: {@ publish.image @}', '- image: cimg/node:22.14.0') },

  // What is packed and what is published.
  { id: 'github: tests are not run', file: GITHUB, cases: 'matrix: github, single, npm bundled', change: out(/^\{% for step in pack\.run %\}\n[^]*?^\{% endfor %\}\n/m) },
  { id: "github: the manifest's digest is not handed over", file: GITHUB, cases: 'attack: github, a test script rewrites the tarball and the manifest',
    change: out(/^ *TRUSTPUB_MANIFEST_SHA256: .*\n/m) },
  { id: 'prereleases become latest', file: runtime('source'), cases: 'matrix: gitlab, prerelease, npm bundled',
    change: swap("const rule = env.TRUSTPUB_PRERELEASE_TAG || 'auto'", "const rule = 'latest'") },
  { id: 'staged mode publishes at once', file: runtime('publish'), cases: 'matrix: github, staged, npm bundled', change: swap("...(mode === 'stage' ? ['stage'] : []), ", '') },
  { id: 'packages in the order of their names', file: runtime('order-many'), cases: 'matrix: gitlab, pnpm monorepo, npm bundled', change: swap('needs: needed(item).sort()', 'needs: []') },

  // The checks before and after.
  { id: 'what the identity must say is not compared', file: runtime('publish'), cases: 'refused: github, a self-hosted runner',
    change: swap("env.TRUSTPUB_EXPECT ? needJson('TRUSTPUB_EXPECT') : {}", '{}') },
  { id: 'stored tokens are not looked for', file: runtime('publish'), cases: 'refused: gitlab, a stored token would mask', change: swap('  checkCredentials(ready, faults);\n', '') },
  { id: 'any content counts as this version', file: runtime('publish'), cases: 'refused: gitlab, the version is there with other content',
    change: swap('if (integrity === item.integrity) item', 'if (integrity) item') },
  { id: 'an exchange is tried once', file: runtime('identity'), cases: 'fault: circleci, no answer at every step up to the upload', change: swap('tried < 3', 'tried < 0') },
  { id: 'nobody looks whether a lost answer was a success', file: runtime('publish'), cases: 'fault: gitlab, an answer to the PUT that is lost',
    change: swap("done = await settled(npm, item, attempt > 1 || retry ? 'published' : 'already');", 'done = false;') },
]
