// CircleCI's expression language, as in string filters, `when:` and context restrictions: `and or not == != starts-with
// matches =~`, parentheses, strings, integers, booleans, dotted variables. An unknown variable or a type error fails closed.

class Unknown extends Error {}

/** The truth of `text` with `values` (dotted name → value); false when anything in it is unknown. */
export function holds(text, values) {
  try {
    return evaluate(text, values) === true
  } catch (error) {
    if (error instanceof Unknown) return false
    throw error
  }
}

function evaluate(text, values) {
  const tokens = tokenize(text)
  const peek = () => tokens[0]
  const take = (wanted) => {
    if (wanted && tokens[0] !== wanted) throw new Error(`expected ${wanted} in ${text}`)
    return tokens.shift()
  }
  const or = () => {
    let left = and()
    while (peek() === 'or') {
      take()
      const right = and()
      left = bool(left) || bool(right)
    }
    return left
  }
  const and = () => {
    let left = not()
    while (peek() === 'and') {
      take()
      const right = not()
      left = bool(left) && bool(right)
    }
    return left
  }
  const not = () => {
    if (peek() !== 'not') return comparison()
    take()
    return !bool(not())
  }
  const comparison = () => {
    const left = primary()
    const operator = peek()
    if (!['==', '!=', 'starts-with', 'matches', '=~'].includes(operator)) return left
    take()
    const right = primary()
    if (operator === '==') return left === right
    if (operator === '!=') return left !== right
    if (typeof left !== 'string') throw new Unknown(`${operator} needs a string`)
    return operator === 'starts-with' ? left.startsWith(right) : new RegExp(right.source ?? right).test(left)
  }
  const primary = () => {
    const token = take()
    if (token === '(') {
      const inner = or()
      take(')')
      return inner
    }
    if (token === undefined) throw new Error(`unfinished expression ${text}`)
    if (token.startsWith('"')) return JSON.parse(token)
    if (token.startsWith('/')) return new RegExp(token.slice(1, -1))
    if (/^\d+$/.test(token)) return Number(token)
    if (token === 'true' || token === 'false') return token === 'true'
    if (values[token] === undefined || values[token] === null) throw new Unknown(token)
    return values[token]
  }
  const result = or()
  if (tokens.length) throw new Error(`left over in ${text}: ${tokens.join(' ')}`)
  return result
}

function bool(value) {
  if (typeof value !== 'boolean') throw new Unknown('not a boolean')
  return value
}

function tokenize(text) {
  const tokens = text.match(/\s+|"(?:[^"\\]|\\.)*"|\/(?:[^/\\]|\\.)*\/|==|!=|=~|[()]|[\w.-]+|./g) ?? []
  return tokens.filter((token) => token.trim())
}

/** `when:`/`unless:` in either form: an expression, a boolean, or the logic mapping (`and or not equal matches`). */
export function condition(node, values) {
  if (typeof node === 'boolean') return node
  if (typeof node === 'string') return /^(true|false|)$/.test(node) ? node === 'true' : holds(node, values)
  if (node === null || node === undefined) return false
  const [[operator, argument]] = Object.entries(node)
  if (operator === 'and') return argument.every((part) => condition(part, values))
  if (operator === 'or') return argument.some((part) => condition(part, values))
  if (operator === 'not') return !condition(argument, values)
  if (operator === 'equal') return argument.every((part) => part === argument[0])
  if (operator === 'matches') return new RegExp(argument.pattern).test(argument.value)
  throw new Error(`unknown condition ${operator}`)
}
