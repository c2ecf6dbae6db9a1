#!/usr/bin/env node
'use strict'
const { main } = require('../dist/main.cjs')
process.stdout.on('error', (e) => { if (e.code === 'EPIPE') process.exit(0); else throw e })
main(process.argv.slice(2), { cwd: process.cwd(), env: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }).then((code) => { process.exitCode = code })
