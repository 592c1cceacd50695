// The commands that trustpub prints for people, run as printed: the publisher that they register is the one that the
// pipeline's identity matches.
import assert from 'node:assert/strict'
import { single } from '../fixtures/index.mjs'
import { seedInstalled } from '../managers.mjs'
import { CONTEXT, PROVIDERS } from '../providers.mjs'
import { IDS } from '../runners/circleci/index.mjs'
import { scenario } from '../scenario.mjs'
import { inTurn, test } from '../suite.mjs'

// What a CircleCI project cannot know of itself stands in the spec.
const SPEC = {
  circleci: {
    'org-id': IDS.organization, 'project-id': IDS.project, 'pipeline-definition-id': IDS.definition, 'context-id': CONTEXT.id,
  },
}
const options = (provider) => ({ provider: SPEC[provider], publishers: false })
const commandsOf = (checklist, id) => checklist.items.filter((item) => item.id === id).flatMap(({ actions }) => actions.map(({ command }) => command))
const registered = (s) => s.world.packages.get('acme-demo').publishers.map(({ id, ...publisher }) => publisher)

async function follow(person, command, input) {
  const { status, output } = await person(command, input)
  assert.equal(status, 0, `${command}\n${output}`)
}

Object.entries(PROVIDERS).forEach(([provider, { publisher }], column) => {
  test(`trust: ${provider}, the checklist's commands let the pipeline publish, and tokens no longer`, () =>
    scenario(provider, single, options(provider), async (s) => {
      const commands = commandsOf(s.checklist, 'trusted-publisher')
      assert.equal(commands.length, 1)
      await seedInstalled(s.world, `npm-${/npm@([\d.]+)/.exec(commands[0])[1]}`)
      const person = s.maintainer()
      await follow(person, commands[0])
      assert.deepEqual(registered(s), [{ ...publisher, permissions: ['createPackage'] }])
      for (const command of commandsOf(s.checklist, 'disallow-tokens')) await follow(person, command)

      const outcome = await s.run({ reuse: true })
      assert.equal(outcome.status, 0)
      assert.deepEqual(s.exchanges().map(({ status }) => status), [201, 201], 'the preflight and the publish')
      assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
      const token = s.world.credentials.granular('leftover', 'write')
      const other = await s.maintainer()(`npm version 1.1.1 --no-git-tag-version && npm publish --//${s.host}/:_authToken=${token}`)
      assert.notEqual(other.status, 0)
      assert.match(other.output, /tokens are disallowed/)
      assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
    }))

  if (!inTurn(0, column)) return
  test(`trust: ${provider}, the command that a refused run prints mends it`, () => scenario(provider, single, options(provider), async (s) => {
    const refused = await s.run({ reuse: true })
    assert.notEqual(refused.status, 0)
    const [command] = /npm trust \w+ acme-demo --[^\n]*--allow-publish/.exec(refused.output) ?? []
    assert.ok(command, 'it prints one')
    // A person answers npm's question.
    await follow(s.maintainer(), command, 'y\n')
    assert.deepEqual(registered(s), [{ ...publisher, permissions: ['createPackage'] }])
    assert.equal((await s.run({ reuse: true })).status, 0)
    assert.deepEqual(s.published(), ['acme-demo@1.1.0'])
  }))
})
