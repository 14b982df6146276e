import 'reflect-metadata'
import { createServer, type IncomingMessage, Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { serve } from '@hono/node-server'
import type { INestApplication } from '@nestjs/common'
import * as nest from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import * as forExpress from '../express.ts'
import * as forFastify from '../fastify.ts'
import * as forHono from '../hono.ts'
import * as forHttp from '../http.ts'
import { log } from '../index.ts'
import * as forKoa from '../koa.ts'
import * as forNest from '../nest.ts'
import type { RequestOptions } from './public.ts'

/** The same small service in every framework: what the middlewares are held against. */
export interface App {
  readonly url: string
  stop(): Promise<void>
}

/** Decorators are applied by hand: what runs the tests knows only the standard ones. */
function nestModule(): new () => object {
  class Orders {
    order(id: string) {
      return order(id)
    }
    stream() {
      return new nest.StreamableFile(parts())
    }
    fail() {
      return fail()
    }
    hang() {
      return new Promise(() => {})
    }
    echo(body: string) {
      log.info('after the body')
      return String(body.length)
    }
  }
  const on = (method: keyof Orders, decorate: MethodDecorator) => {
    const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, method)
    if (descriptor !== undefined) decorate(Orders.prototype, method, descriptor)
  }
  on('order', nest.Get('orders/:id'))
  on('stream', nest.Get('stream'))
  on('stream', nest.HttpCode(201))
  on('fail', nest.Get('fail'))
  on('hang', nest.Get('hang'))
  on('echo', nest.Post('echo'))
  on('echo', nest.HttpCode(200))
  nest.Param('id')(Orders.prototype, 'order', 0)
  nest.Body()(Orders.prototype, 'echo', 0)
  nest.Controller()(Orders)
  class Shop {}
  nest.Module({ controllers: [Orders] })(Shop)
  return Shop
}

async function nested(app: INestApplication, options: RequestOptions): Promise<App> {
  forNest.requests(app, options)
  await app.listen(0, '127.0.0.1')
  return opened(app.getHttpServer(), async () => {
    app.getHttpServer().closeAllConnections()
    await app.close()
  })
}

/** Packages without types. */
const require = createRequire(import.meta.url)

const order = (id: string) => {
  log.info('in the handler')
  log.set({ cart: 3, id })
  return `order ${id}`
}
const parts = () => Readable.from(['a', 'b', 'c'])
const fail = (): never => {
  throw new Error('broken')
}

async function opened(server: Server, stop?: () => Promise<void>): Promise<App> {
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, stop: stop ?? close }
}

const listen = (server: Server) => opened(server.listen(0, '127.0.0.1'))

function plain(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  if (path.startsWith('/orders/')) response.end(order(path.slice('/orders/'.length).split('?')[0] ?? ''))
  else if (path === '/stream') {
    response.statusCode = 201
    parts().pipe(response)
  } else if (path === '/fail') {
    response.statusCode = 500
    response.end()
  } else if (path === '/echo') {
    let size = 0
    request.on('data', (part) => (size += part.length))
    request.on('end', () => {
      log.info('after the body')
      response.end(String(size))
    })
  } else if (path !== '/hang') {
    response.statusCode = 404
    response.end()
  }
}

export const apps: Record<string, (options: RequestOptions) => Promise<App>> = {
  'node:http': (options) => {
    const observed = forHttp.requests(options)
    return listen(createServer((request, response) => observed(request, response, () => plain(request, response))))
  },

  express: (options) => {
    const app = express()
    app.use(forExpress.requests(options))
    const router = express.Router()
    router.get('/:id', (request, response) => void response.send(order(request.params.id)))
    app.use('/orders', router)
    app.get('/stream', (_request, response) => void parts().pipe(response.status(201)))
    app.get('/fail', async () => fail())
    app.get('/hang', () => {})
    app.post('/echo', express.text(), (request, response) => {
      log.info('after the body')
      response.send(String(request.body.length))
    })
    app.use(forExpress.requestErrors())
    app.use((_error: unknown, _request: unknown, response: express.Response, _next: unknown) => {
      response.status(500).end()
    })
    return listen(createServer(app))
  },

  fastify: async (options) => {
    const app = fastify()
    await app.register(forFastify.requests(options))
    app.get<{ Params: { id: string } }>('/orders/:id', async (request) => order(request.params.id))
    app.get('/stream', (_request, reply) => reply.code(201).send(parts()))
    app.get('/fail', async () => fail())
    app.get('/hang', () => new Promise(() => {}))
    app.post('/echo', async (request) => {
      log.info('after the body')
      return String(String(request.body).length)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return opened(app.server, async () => {
      app.server.closeAllConnections()
      await app.close()
    })
  },

  koa: (options) => {
    const Koa = require('koa')
    const app = new Koa()
    app.silent = true
    app.use(forKoa.requests(options))
    app.use(async (context: Record<string, unknown> & { req: IncomingMessage; path: string; res: ServerResponse }) => {
      const found = /^\/orders\/(.*)$/.exec(context.path)
      // As @koa/router does.
      if (found !== null) context['_matchedRoute'] = '/orders/:id'
      if (found !== null) context['body'] = order(found[1] ?? '')
      else if (context.path === '/stream') Object.assign(context, { status: 201, body: parts() })
      else if (context.path === '/fail') fail()
      else if (context.path === '/hang') await new Promise(() => {})
      else if (context.path === '/echo') {
        let size = 0
        for await (const part of context.req) size += part.length
        log.info('after the body')
        context['body'] = String(size)
      }
    })
    return listen(createServer(app.callback()))
  },

  'nest on express': async (options) => {
    const app = await NestFactory.create<NestExpressApplication>(nestModule(), { logger: false })
    app.useBodyParser('text')
    return nested(app, options)
  },

  'nest on fastify': async (options) => {
    const app = await NestFactory.create<NestFastifyApplication>(nestModule(), new FastifyAdapter(), { logger: false })
    return nested(app, options)
  },

  hono: async (options) => {
    const app = new Hono()
    app.use(forHono.requests(options))
    app.get('/orders/:id', (c) => c.text(order(c.req.param('id'))))
    app.get('/stream', (c) => {
      const stream = new ReadableStream({
        start: (controller) => {
          for (const part of ['a', 'b', 'c']) controller.enqueue(Buffer.from(part))
          controller.close()
        },
      })
      return c.body(stream, 201)
    })
    app.get('/fail', () => fail())
    app.get('/hang', () => new Promise<Response>(() => {}))
    app.post('/echo', async (c) => {
      const body = await c.req.text()
      log.info('after the body')
      return c.text(String(body.length))
    })
    app.onError((_error, c) => c.body(null, 500))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    if (!(server instanceof Server)) throw new Error('an HTTP/1 server was asked for')
    return opened(server)
  },
}
