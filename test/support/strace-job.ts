import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

// Loaded into the command line before its own code: the job's child is started by the program that the variable names,
// so that strace sees this one process and numbers its calls alone.
const { fork } = childProcess;
const under = process.env.TIERKEEP_TEST_JOB_UNDER;

function forkUnder(module: string, args: readonly string[], options: childProcess.ForkOptions) {
  return fork(module, args, { ...options, execArgv: [], ...(under === undefined ? {} : { execPath: under }) });
}

childProcess.fork = forkUnder as typeof fork;
syncBuiltinESMExports();
