import { describe, expect, test } from 'vitest'
import { language as java } from '../../generated/languages/java.ts'
import { services } from '../../generated/services.ts'
import { fact, type Facts } from '../../src/detect/facts.ts'
import type { Service } from '../../src/plan/plan.ts'
import { settingsOf } from '../../src/plan/settings.ts'

const chosen = (ids: string): Service[] => ids.split(' ').map((id) => ({ id, ...(services as Record<string, object>)[id] }) as unknown as Service)
const told = (ids: string, read: string[]): Record<string, string> =>
  Object.fromEntries(settingsOf({ secrets: [], settings: read.map((n) => fact(n)) } as unknown as Facts, chosen(ids)).compose.map(({ name, value }) => [name, value]))

describe('what a program is told of its services', () => {
  test.each([
    ['postgres', { PGHOST: 'postgres', PGPASSWORD: '${POSTGRES_PASSWORD}', DB_PASS: '${POSTGRES_PASSWORD}', SHOP_DB_HOSTNAME: 'postgres', POSTGRES_DB_NAME: 'app', DATABASE_USER: 'app', DB_CONNECTION_STRING: 'postgresql://app:${POSTGRES_PASSWORD}@postgres:5432/app' }],
    ['mysql', { MYSQL_HOST: 'mysql', MYSQL_PWD: '${MYSQL_PASSWORD}', DB_DATABASE: 'app', DB_PORT: '3306', MYSQL_ADDR: 'mysql:3306', JDBC_DATABASE_URL: 'jdbc:mysql://mysql:3306/app?user=app&password=${MYSQL_PASSWORD}', DATABASE_URI_DEV: 'mysql://app:${MYSQL_PASSWORD}@mysql:3306/app' }],
    ['mariadb', { MYSQL_HOST: 'mariadb', DATABASE_URL: 'mysql://app:${MARIADB_PASSWORD}@mariadb:3306/app' }],
    ['mongodb', { MONGO_URL: 'mongodb://app:${MONGODB_PASSWORD}@mongodb:27017/app?authSource=admin', MONGODB_DATABASE: 'app', DB_URI: 'mongodb://app:${MONGODB_PASSWORD}@mongodb:27017/app?authSource=admin' }],
    ['redis', { REDIS_ADDR: 'redis:6379', APP_REDIS_PORT: '6379', REDISHOST: 'redis' }],
    ['rabbitmq', { AMQP_URL: 'amqp://app:${RABBITMQ_PASSWORD}@rabbitmq:5672', RABBITMQ_PASS: '${RABBITMQ_PASSWORD}' }],
    ['kafka', { KAFKA_BROKERS: 'kafka:9092' }],
  ])('%s: %j', (id, values) => {
    expect(told(id, Object.keys(values))).toEqual(values)
  })

  test('what drivers take in place of a URL, and an address that is called one', () => {
    const facts = { secrets: [], settings: ['DATABASE_URL', 'DB_DSN', 'DB_HOST', 'REDIS_URL', 'CACHE_REDIS_URL'].map((n) => fact(n)), urls: { mysql: 'app@tcp(mysql:3306)/app' }, addresses: ['REDIS_URL'] } as unknown as Facts
    expect(Object.fromEntries(settingsOf(facts, chosen('mysql redis')).compose.map(({ name, value }) => [name, value]))).toEqual({ DATABASE_URL: 'app@tcp(mysql:3306)/app', DB_DSN: 'app@tcp(mysql:3306)/app', DB_HOST: 'mysql', REDIS_URL: 'redis:6379', CACHE_REDIS_URL: 'redis://redis:6379' })
  })

  test('each service has what its default names', () => {
    for (const [id, service] of Object.entries(services as unknown as Record<string, Service>)) expect(Object.keys(told(id, [])), id).toEqual([service.default])
  })

  test('each setting that a framework of Java takes has a value', () => {
    const known = (java as unknown as { data: { known: Record<string, Record<string, string[]>> } }).data.known
    for (const [framework, byService] of Object.entries(known))
      for (const [id, names] of Object.entries(byService)) expect(Object.keys(told(id, names)).sort(), `${framework} with ${id}`).toEqual([...names].sort())
  })

  test('a name with the word of another service is of that one, a common one of the first', () => {
    expect(told('postgres mysql redis', ['MYSQL_DB_HOST', 'DB_HOST', 'REDIS_DATABASE_URL', 'REDIS_HOST'])).toEqual({ DB_HOST: 'postgres', MYSQL_DB_HOST: 'mysql', REDIS_HOST: 'redis' })
  })

  test.each(['TEST_DATABASE_URL', 'DATABASE_URL_TEST', 'DB_POOL_SIZE', 'NEXT_PUBLIC_DB_URL', 'VITE_DB_PASSWORD', 'MYSQL_ROOT_PASSWORD', 'REPLICA_DB_HOST', 'DB_TYPE', 'MYDB_HOST', 'DB'])('%s is not told the address of the store', (name) => {
    expect(Object.keys(told('postgres', [name]))).toEqual(['DATABASE_URL'])
  })
})

test('keys that only the program itself uses are made in the one step, those that another service gives are not', () => {
  const of = (...names: string[]): string => settingsOf({ secrets: names.map((n) => fact(n)), settings: [] } as unknown as Facts, []).step
  expect(of('SECRET_KEY', 'JWT_SECRET')).toBe(`for s in JWT_SECRET SECRET_KEY; do printf '\\n%s=%s' $s $(openssl rand -hex 24); done >> .env`)
  expect(of('AWS_SECRET_KEY', 'STRIPE_SECRET_KEY', 'CLIENT_SECRET', 'API_KEY', 'JWT_PUBLIC_KEY')).toBe('')
})
