import type { Mapping } from '../../../base/yaml-input.ts'
import type { MailServer, Secret } from './notify-config.ts'
import { type LeftOut, noteUnable, plainText, readSecret } from './read-parts.ts'

/** What stands under "global:" with `smtp_` before each name, and again in each of `email_configs` without it. */
export type MailDefaults = {
  readonly from: string
  readonly hello: string
  readonly smarthost: Smarthost | undefined
  readonly username: string
  readonly credential: Credential | undefined
  readonly requiresTls: boolean
  /** '' where the port says it. */
  readonly implicitTls: '' | 'true' | 'false'
  readonly certificate: Pick<MailServer, 'isCertificateChecked' | 'certificateName' | 'caFile'>
}

/** An `auth_password`, or an `auth_secret`, which is for CRAM-MD5. */
type Credential = { readonly password: Secret; readonly isCramMd5: boolean }
type Smarthost = { readonly host: string; readonly port: number }

/** Alertmanager's. */
export const usualMail: MailDefaults = {
  from: '',
  hello: 'localhost',
  smarthost: undefined,
  username: '',
  credential: undefined,
  requiresTls: true,
  implicitTls: '',
  certificate: { isCertificateChecked: true, certificateName: '', caFile: '' },
}

const implicitTlsPort = 465

/** What is given, with `usual` for what is not. */
export function readMail(given: Mapping, usual: MailDefaults, prefix: '' | 'smtp_', noted: LeftOut): MailDefaults {
  const identity = `${prefix}auth_identity`
  if (given.text(identity) !== '') noted(given.take(identity), `"${identity}" is left aside: this server cannot do it`)
  return {
    from: plainText(given, `${prefix}from`, noted) || usual.from,
    hello: given.text(`${prefix}hello`) || usual.hello,
    smarthost: given.parsed(
      `${prefix}smarthost`,
      usual.smarthost,
      parseSmarthost,
      'a host with its port, such as mail.example.com:587',
    ),
    username: given.text(`${prefix}auth_username`) || usual.username,
    credential: readCredential(given, prefix) ?? usual.credential,
    requiresTls: given.boolean(`${prefix}require_tls`, usual.requiresTls),
    implicitTls: given.choice(`${prefix}force_implicit_tls`, ['', 'true', 'false'], usual.implicitTls),
    certificate: readCertificate(given, `${prefix}tls_config`, usual.certificate, noted),
  }
}

function readCredential(given: Mapping, prefix: string): Credential | undefined {
  const [password, secret] = [readSecret(given, `${prefix}auth_password`), readSecret(given, `${prefix}auth_secret`)]
  if (password !== undefined) return { password, isCramMd5: false }
  return secret && { password: secret, isCramMd5: true }
}

/** Undefined where none was named. */
export function mailServerOf(mail: MailDefaults): MailServer | undefined {
  const { smarthost, hello, username, credential, requiresTls, implicitTls, certificate } = mail
  if (smarthost === undefined) return undefined
  const isImplicit = implicitTls === '' ? smarthost.port === implicitTlsPort : implicitTls === 'true'
  return {
    ...smarthost,
    ...certificate,
    hello,
    tls: isImplicit ? 'implicit' : requiresTls ? 'starttls' : 'none',
    login: username === '' ? undefined : credential && { username, ...credential },
  }
}

function parseSmarthost(text: string): Smarthost | undefined {
  const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = inBrackets ?? plain
  return host === undefined || Number(port) === 0 || Number(port) > 65_535 ? undefined : { host, port: Number(port) }
}

function readCertificate(
  given: Mapping,
  name: string,
  usual: MailDefaults['certificate'],
  noted: LeftOut,
): MailDefaults['certificate'] {
  const node = given.take(name)
  if (node === undefined) return usual
  const { input } = given
  const tls = input.mapping(node, name)
  const caFile = tls.text('ca_file')
  const read = {
    isCertificateChecked: !tls.boolean('insecure_skip_verify', false),
    certificateName: tls.text('server_name'),
    caFile: caFile === '' ? '' : input.besides(caFile),
  }
  noteUnable(tls, noted, name, ['ca', 'cert', 'cert_file', 'key', 'key_file', 'min_version', 'max_version'])
  tls.end(name)
  return read
}
