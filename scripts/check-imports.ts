// Fails when a file of src/ imports what it may not.
import { checkImports } from "./import-rules.ts";

const { modules, faults } = await checkImports(process.cwd());
for (const fault of faults) console.error(fault);
if (modules === 0) console.error("no module was looked at");
if (modules === 0 || faults.length > 0) process.exitCode = 1;
else console.error(`imports: ${modules} modules keep the rules`);
