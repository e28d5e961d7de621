// The measuring process: this program, started by itself (cli/trials.h). Not for users, and not in the help.
#pragma once

namespace saku::cli {

inline constexpr const char* serve_trials_command = "serve-trials";

}  // namespace saku::cli
