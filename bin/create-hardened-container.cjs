#!/usr/bin/env node
'use strict'
const { main, processIo } = require('../dist/main.cjs')
// no process.exit: it would cut off what is still being written
main(process.argv.slice(2), processIo()).then((code) => { process.exitCode = code })
