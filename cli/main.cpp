// The program: arguments in, one outcome out.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

#include "base/check.h"
#include "cli/commands.h"

namespace saku::cli {
namespace {

constexpr const char* overview =
    "Tunes tensor operators statically: ranks schedules by an analytical model of the machine, without running any,\n"
    "and emits machine code for the best.";

constexpr const char* examples =
    "Examples:\n"
    "  saku tune conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1             for this machine\n"
    "  saku tune matmul:m=128,n=768,k=768 --target graviton2 --out kernels\n"
    "  saku run matmul:m=128,n=768,k=768                              tune, check, time\n"
    "  saku explain matmul:m=128,n=768,k=768                          why this schedule\n"
    "  saku <command> --help                                          options and examples of a command\n"
    "\n"
    "Exit codes: 0 done; 1 the answer is no (incorrect kernel, failed check, no legal schedule); 2 bad usage or "
    "input,\n"
    "or output that cannot be written; 3 internal error; 130 interrupted.";

int code(Exit exit) { return static_cast<int>(exit); }

int fail(Exit exit, const std::string& message) {
    std::fprintf(stderr, "saku: %s\n", message.c_str());
    return code(exit);
}

/// All of the text to stdout, or the reason why not.
Result<Done> print(const std::string& text) {
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t count = ::write(STDOUT_FILENO, text.data() + written, text.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return Error{.where = "stdout", .what = std::string("cannot be written: ") + std::strerror(errno)};
        written += static_cast<std::size_t>(count);
    }
    return Done{};
}

int finish(const Outcome& outcome) {
    if (!outcome.diagnostic.empty()) std::fputs(outcome.diagnostic.c_str(), stderr);
    if (const auto printed = print(outcome.output); !printed) return fail(Exit::bad_input, printed.error().text());
    return code(outcome.exit);
}

int execute(const Command& command) {
    try {
        Interruptible files;
        Progress progress;
        Session session{.files = files, .progress = progress};
        const Result<Outcome> outcome = command(session);
        progress.clear();
        return outcome ? finish(*outcome) : fail(Exit::bad_input, outcome.error().text());
    } catch (const std::bad_alloc&) {
        return fail(Exit::bad_input, "not enough memory for this input");
    } catch (const std::exception& failure) {
        return fail(Exit::internal, std::string(failure.what()) + "\nThis is a bug in saku; please report it.");
    }
}

void add_commands(CLI::App& app, Command& chosen) {
    add_tune(app, chosen);
    add_run(app, chosen);
    add_explain(app, chosen);
    add_rank(app, chosen);
    add_emit(app, chosen);
    add_plan(app, chosen);
    add_lower(app, chosen);
    add_space(app, chosen);
    add_ops(app, chosen);
    add_machine(app, chosen);
    add_profile(app, chosen);
    add_compare(app, chosen);
    add_db(app, chosen);
    add_serve_trials(app, chosen);
}

/// The innermost command that the arguments named, for the help of the right one.
const CLI::App* innermost(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? &app : innermost(*parsed.front());
}

/// "saku machine show".
std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

std::string help_of(const CLI::App& app) {
    return app.help(app.get_parent() == nullptr ? "" : full_name(*app.get_parent()));
}

/// What is wrong with the arguments, and where to read more.
std::string complaint(const CLI::App& command, const CLI::ParseError& error) {
    std::string text = error.what();
    // CLI11 names a flag without its dashes and calls a value an override.
    constexpr std::string_view flag_with_value = " was given a disallowed flag override";
    if (text.ends_with(flag_with_value))
        text = "--" + text.substr(0, text.size() - flag_with_value.size()) + ": found a value, expected none";
    const auto commands = command.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
    if (!commands.empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        const auto words = command.remaining();
        text = words.empty() ? "no command" : "unknown command '" + words.front() + "'";
        std::string separator = ", expected one of ";
        for (const CLI::App* each : commands) {
            text += separator + each->get_name();
            separator = ", ";
        }
    }
    return text + "\nTry '" + full_name(command) + " --help'.";
}

int run(int argc, char** argv) {
    // A reader that goes away (`saku ops | head -1`) is reported as output that cannot be written.
    signal(SIGPIPE, SIG_IGN);
    CLI::App app(overview, "saku");
    app.footer(examples);
    app.set_version_flag("--version", "saku " SAKU_VERSION);
    app.require_subcommand(1);
    Command chosen;
    add_commands(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return finish({.output = help_of(*innermost(app))});
    } catch (const CLI::CallForVersion& version) {
        return finish({.output = std::string(version.what()) + "\n"});
    } catch (const CLI::ParseError& error) {
        return fail(Exit::bad_input, complaint(*innermost(app), error));
    }
    return execute(chosen);
}

}  // namespace
}  // namespace saku::cli

int main(int argc, char** argv) { return saku::cli::run(argc, argv); }
