import type { Mapping } from '../../../base/yaml-input.ts'
import type { MailServer, Secret } from './notify-config.ts'
import { type LeftOut, plainText, readSecret } from './read-parts.ts'

/** What stands under "global:" with `smtp_` before each name, and again in each of `email_configs` without it. */
export type MailDefaults = {
  readonly from: string
  readonly hello: string
  readonly smarthost: Smarthost | undefined
  readonly username: string
  readonly password: Secret | undefined
  /** For CRAM-MD5. */
  readonly secret: Secret | undefined
  readonly requiresTls: boolean
  /** '' where the port says it. */
  readonly implicitTls: '' | 'true' | 'false'
  readonly certificate: Pick<MailServer, 'isCertificateChecked' | 'certificateName' | 'caFile'>
}

type Smarthost = { readonly host: string; readonly port: number }

/** Alertmanager's. */
export const usualMail: MailDefaults = {
  from: '',
  hello: 'localhost',
  smarthost: undefined,
  username: '',
  password: undefined,
  secret: undefined,
  requiresTls: true,
  implicitTls: '',
  certificate: { isCertificateChecked: true, certificateName: '', caFile: '' },
}

const implicitTlsPort = 465

/** What is given, with `usual` for what is not. */
export function readMail(given: Mapping, usual: MailDefaults, prefix: '' | 'smtp_', noted: LeftOut): MailDefaults {
  const identity = `${prefix}auth_identity`
  if (given.text(identity) !== '') noted(given.take(identity), `"${identity}" is left aside: this server cannot do it`)
  const read = {
    from: plainText(given, `${prefix}from`, noted) || usual.from,
    hello: given.text(`${prefix}hello`) || usual.hello,
    smarthost: given.parsed(
      `${prefix}smarthost`,
      usual.smarthost,
      parseSmarthost,
      'a host with its port, such as mail.example.com:587',
    ),
    username: given.text(`${prefix}auth_username`) || usual.username,
    password: readSecret(given, `${prefix}auth_password`) ?? usual.password,
    secret: readSecret(given, `${prefix}auth_secret`) ?? usual.secret,
    requiresTls: given.boolean(`${prefix}require_tls`, usual.requiresTls),
    implicitTls: given.choice(`${prefix}force_implicit_tls`, ['', 'true', 'false'], usual.implicitTls),
    certificate: readCertificate(given, `${prefix}tls_config`, usual.certificate, noted),
  }
  return read
}

/** Undefined where none was named. */
export function mailServerOf(mail: MailDefaults): MailServer | undefined {
  const { smarthost, hello, username, password, secret, requiresTls, implicitTls, certificate } = mail
  if (smarthost === undefined) return undefined
  const isImplicit = implicitTls === '' ? smarthost.port === implicitTlsPort : implicitTls === 'true'
  const known = password ?? secret
  return {
    ...smarthost,
    ...certificate,
    hello,
    tls: isImplicit ? 'implicit' : requiresTls ? 'starttls' : 'none',
    login:
      username === '' || known === undefined
        ? undefined
        : { username, password: known, isCramMd5: password === undefined },
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
  for (const other of ['ca', 'cert', 'cert_file', 'key', 'key_file', 'min_version', 'max_version'])
    if (tls.has(other)) noted(tls.take(other), `"${other}" of ${name} is left aside: this server cannot do it`)
  tls.end(name)
  return read
}
