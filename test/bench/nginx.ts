import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, ownDirectory, removeDirectory, spawnOwn, waitFor } from '../support/processes.ts'

export interface NginxSettings {
  /**
   * false: a bare `proxy_pass`, with everything else as nginx comes. true: its best for this work, kept-alive
   * connections to the store, large buffers, nothing buffered on disk.
   */
  readonly tuned: boolean
}

const TUNED = `proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_max_temp_file_size 0; proxy_buffers 16 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k;`

/** nginx as a reverse proxy of the store. Requests carry a presigned query, so it does no signing. */
export async function startNginx(
  upstream: string,
  { tuned }: NginxSettings,
): Promise<{ origin: string; stop(): Promise<void> }> {
  const directory = ownDirectory('nginx')
  const port = await freePort()
  const { host } = new URL(upstream)
  mkdirSync(join(directory, 'temp'))
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; user root; worker_processes 1; pid ${directory}/pid; error_log ${directory}/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path ${directory}/temp; proxy_temp_path ${directory}/temp;
  fastcgi_temp_path ${directory}/temp; uwsgi_temp_path ${directory}/temp; scgi_temp_path ${directory}/temp;
  upstream store { server ${host}; ${tuned ? 'keepalive 64;' : ''} }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://store; proxy_set_header Host ${host};
      ${tuned ? TUNED : ''}
    }
  }
}
`,
  )
  const own = spawnOwn('/usr/sbin/nginx', ['-c', join(directory, 'nginx.conf'), '-p', directory], {
    log: join(directory, 'log'),
  })
  const origin = `http://127.0.0.1:${port}`
  await waitFor('nginx', async () => ((await fetch(origin).catch(() => undefined)) ? true : undefined), {
    process: own,
  })
  return {
    origin,
    async stop() {
      await own.stop()
      removeDirectory(directory)
    },
  }
}
