// Loaded before a program with --require: writes the most memory that it had, in KB, to the file that MEMORY_TO names.
process.on('exit', () => require('node:fs').writeFileSync(process.env.MEMORY_TO, String(process.resourceUsage().maxRSS)))
