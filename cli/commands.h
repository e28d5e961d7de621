// One function a command: adds it to the argument parser. When the parser meets the command, `chosen` becomes it.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/program.h"

namespace saku::cli {

void add_tune(CLI::App& app, Command& chosen);
void add_run(CLI::App& app, Command& chosen);
void add_explain(CLI::App& app, Command& chosen);
void add_rank(CLI::App& app, Command& chosen);
void add_plan(CLI::App& app, Command& chosen);
void add_emit(CLI::App& app, Command& chosen);
void add_lower(CLI::App& app, Command& chosen);
void add_space(CLI::App& app, Command& chosen);
void add_ops(CLI::App& app, Command& chosen);
void add_machine(CLI::App& app, Command& chosen);
void add_profile(CLI::App& app, Command& chosen);
void add_db(CLI::App& app, Command& chosen);
void add_compare(CLI::App& app, Command& chosen);
/// Not in the help: how the program measures in a process of its own.
void add_serve_trials(CLI::App& app, Command& chosen);

}  // namespace saku::cli
