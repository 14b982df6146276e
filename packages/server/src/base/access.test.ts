import { describe, expect, test } from 'vitest'
import { type AccessHeaders, checkHost, checkOrigin, checkToken, openSessions } from './access.ts'

const none: AccessHeaders = {
  host: '127.0.0.1:9253',
  origin: undefined,
  secFetchSite: undefined,
  secFetchMode: undefined,
  authorization: undefined,
  cookie: undefined,
}

describe('checkHost', () => {
  test.each([
    ['127.0.0.1', '', '127.0.0.1:9253', true],
    ['127.0.0.1', '', 'localhost:9253', true],
    ['127.0.0.1', '', 'LOCALHOST', true],
    ['127.0.0.1', '', '[::1]:9253', true],
    ['127.0.0.1', '', 'evil.example:9253', false],
    ['127.0.0.1', '', 'localhost.evil.example', false],
    ['127.0.0.1', '', '127.0.0.1.evil.example', false],
    ['127.0.0.1', '', '10.0.0.5', false],
    ['127.0.0.1', '', 'evil.example@localhost', false],
    ['127.0.0.1', '', '', false],
    ['127.0.0.1', '', undefined, false],
    ['10.0.0.5', 'secret', '10.0.0.5:9253', true],
    ['10.0.0.5', 'secret', 'evil.example', false],
    ['0.0.0.0', 'secret', 'wake.example:9253', true],
    ['0.0.0.0', '', 'wake.example', false],
  ])('listening on %s with token "%s" lets in host %s: %s', (host, token, header, isLetIn) => {
    expect(checkHost({ ...none, host: header }, { host, token }) === undefined).toBe(isLetIn)
  })
})

describe('checkOrigin', () => {
  test.each<[string, Partial<AccessHeaders>, boolean, boolean]>([
    ['a program', {}, false, true],
    ['our page', { secFetchSite: 'same-origin', secFetchMode: 'cors' }, false, true],
    ['our page, posting', { origin: 'http://127.0.0.1:9253', secFetchSite: 'same-origin' }, false, true],
    ['an address typed', { secFetchSite: 'none', secFetchMode: 'navigate' }, false, true],
    ['another page', { origin: 'http://evil.example', secFetchSite: 'cross-site' }, false, false],
    ['another page of an old browser', { origin: 'http://evil.example' }, false, false],
    ['another port of this machine', { origin: 'http://127.0.0.1:3000', secFetchSite: 'same-site' }, false, false],
    ['an image on another page', { secFetchSite: 'cross-site', secFetchMode: 'no-cors' }, true, false],
    ['a page without an origin', { origin: 'null' }, true, false],
    ['a link from elsewhere, to a page', { secFetchSite: 'cross-site', secFetchMode: 'navigate' }, true, true],
    ['a link from elsewhere, to data', { secFetchSite: 'cross-site', secFetchMode: 'navigate' }, false, false],
    [
      'a form of elsewhere',
      { origin: 'http://evil.example', secFetchSite: 'cross-site', secFetchMode: 'navigate' },
      true,
      false,
    ],
  ])('lets in %s (or not)', (_, headers, navigation, isLetIn) => {
    expect(checkOrigin({ ...none, ...headers }, { navigation }) === undefined).toBe(isLetIn)
  })
})

describe('checkToken', () => {
  test.each([
    ['', undefined, true],
    ['secret', undefined, false],
    ['secret', 'Bearer secret', true],
    ['secret', 'bearer secret', true],
    ['secret', 'Bearer secret2', false],
    ['secret', 'Bearer ', false],
    ['secret', 'ApiKey secret', true],
    ['secret', `Basic ${btoa('anyone:secret')}`, true],
    ['se:cret', `Basic ${btoa(':se:cret')}`, true],
    ['secret', `Basic ${btoa('secret:')}`, false],
    ['secret', 'Basic %%%', false],
    ['secret', 'Digest secret', false],
    ['secret', 'Basic c2VjcmV0', false],
  ])('with token "%s" lets in %s: %s', (token, authorization, isLetIn) => {
    expect(checkToken({ ...none, authorization }, { host: '127.0.0.1', token }) === undefined).toBe(isLetIn)
  })
})

describe('a session', () => {
  const sessions = openSessions()
  const cookie = sessions.issue(1000).split(';')[0]
  const dayMs = 86_400_000

  test('is valid for a week, in the process that issued it', () => {
    expect(sessions.isValid(`other=1; ${cookie}`, 2000)).toBe(true)
    expect(sessions.isValid(cookie, 8 * dayMs)).toBe(false)
    expect(openSessions().isValid(cookie, 2000)).toBe(false)
  })

  test.each(['', 'wakeline-session=', `${cookie}0`, cookie?.replace(/=\d/, '=9'), 'wakeline-session=9999999999999.'])(
    'is not made up: %s',
    (header) => expect(sessions.isValid(header, 2000)).toBe(false),
  )

  test('cannot be read by scripts nor sent from elsewhere', () => {
    expect(sessions.issue(0)).toMatch(/; HttpOnly; SameSite=Strict$/)
  })
})
