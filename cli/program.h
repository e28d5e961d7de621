// What the program's commands have in common: how they are called, and what they give back.
//
// A command is a function from its arguments to an `Outcome` or an `Error`. It writes nothing to stdout itself: the
// text of the outcome is written once, at the end, by `main`, so that stdout stays empty when something is wrong with
// the input.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "cli/interrupt.h"
#include "cli/progress.h"

namespace saku::cli {

/// The program's exit codes; part of its contract.
enum class Exit : int {
    done = 0,
    no = 1,            ///< the answer is no: incorrect kernel, failed check, no legal schedule
    bad_input = 2,     ///< usage or input is wrong, or output cannot be written
    internal = 3,      ///< a bug in saku
    interrupted = 130  ///< by SIGINT
};

struct Outcome {
    std::string output = {};      ///< for stdout
    std::string diagnostic = {};  ///< for stderr, beside it; may be empty
    Exit exit = Exit::done;
};

/// What a running command may use of the process.
struct Session {
    Interruptible& files;  ///< the way to write files
    Progress& progress;
};

/// The command the arguments chose, with its arguments bound.
using Command = std::function<Result<Outcome>(Session&)>;

}  // namespace saku::cli
