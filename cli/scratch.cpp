#include "cli/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/file.h"

namespace saku::cli {
namespace {

/// More than that of a program's output is not read.
constexpr std::size_t most_output_bytes = std::size_t{8} << 30;

/// In the child: only what is allowed between fork and exec of a process with threads.
[[noreturn]] void become(char* const* command, const char* in, const char* out, const char* err) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    constexpr int mode = 0600;
    const bool redirected = dup2(open(in, O_RDONLY), STDIN_FILENO) >= 0 &&
                            dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, mode), STDOUT_FILENO) >= 0 &&
                            dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, mode), STDERR_FILENO) >= 0;
    if (redirected) execvp(command[0], command);
    _exit(127);
}

std::string system_error(const std::string& what) { return what + ": " + std::strerror(errno); }

}  // namespace

Result<std::unique_ptr<Scratch>> Scratch::make(Interruptible& interruptible) {
    std::unique_ptr<Scratch> scratch(new Scratch(interruptible));  // NOLINT(cppcoreguidelines-owning-memory): private
    interruptible.on_interrupt([self = scratch.get()] { self->clean_up(); });
    std::error_code failure;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(failure);
    std::string pattern = (parent / "saku-run-XXXXXX").string();
    const std::lock_guard lock(scratch->mutex_);
    if (failure || mkdtemp(pattern.data()) == nullptr)
        return Error{.where = parent.string(), .what = system_error("no temporary folder can be made")};
    scratch->folder_ = pattern;
    return scratch;
}

Scratch::~Scratch() {
    interruptible_.on_interrupt({});
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

/// The process is about to end: whoever wants the mutex later waits for that.
void Scratch::clean_up() {
    mutex_.lock();
    if (child_ > 0) {
        kill(-child_, SIGKILL);
        kill(child_, SIGKILL);
    }
    std::error_code ignored;
    // A compiler that is being killed may still make a file.
    for (int attempt = 0; attempt < 10 && !folder_.empty() && std::filesystem::exists(folder_, ignored); ++attempt)
        std::filesystem::remove_all(folder_, ignored);
}

Result<Done> Scratch::write(const std::string& name, const std::string& content) const {
    std::ofstream file(path(name), std::ios::binary);
    file << content;
    file.close();
    if (!file) return Error{.where = path(name), .what = system_error("cannot be written")};
    return Done{};
}

Result<Ended> Scratch::run(const std::vector<std::string>& command, const std::string& input) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT
    arguments.push_back(nullptr);
    const std::string in = input.empty() ? "/dev/null" : path(input);
    const std::string out = path("stdout");
    const std::string err = path("stderr");
    pid_t child = 0;
    {
        const std::lock_guard lock(mutex_);
        child = fork();
        if (child == 0) become(arguments.data(), in.c_str(), out.c_str(), err.c_str());
        if (child < 0) return Error{.where = command.front(), .what = system_error("cannot be started")};
        setpgid(child, child);  // in both, so that neither has to wait for the other
        child_ = child;
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    {
        const std::lock_guard lock(mutex_);
        child_ = 0;
    }
    Ended ended{.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), .out = {}, .err = {}};
    SAKU_TRY(written, read_file(out, most_output_bytes));
    SAKU_TRY(complained, read_file(err));
    ended.out = std::move(written);
    ended.err = std::move(complained);
    return ended;
}

std::optional<std::string> find_program(const std::string& name) {
    const auto runs = [](const std::string& path) {
        std::error_code ignored;
        return std::filesystem::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
    };
    if (name.find('/') != std::string::npos) return runs(name) ? std::optional(name) : std::nullopt;
    const char* const found = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody changes it
    const std::string paths = found == nullptr ? "/usr/bin:/bin" : found;
    for (std::size_t start = 0; start <= paths.size();) {
        const std::size_t end = std::min(paths.find(':', start), paths.size());
        const std::string folder = paths.substr(start, end - start);
        const std::string path = (folder.empty() ? "." : folder) + "/" + name;
        if (runs(path)) return path;
        start = end + 1;
    }
    return std::nullopt;
}

Result<std::vector<std::string>> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = '\0';
    for (const char c : text + ' ') {
        if (quote != '\0' ? c == quote : c == '\'' || c == '"') {
            quote = quote == '\0' ? c : '\0';
            in_word = true;
        } else if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
            if (in_word) words.push_back(std::exchange(word, {}));
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote != '\0') return Error{.where = "", .what = std::string("found no second ") + quote};
    if (words.empty() || words.front().empty()) return Error{.where = "", .what = "found no word, expected a command"};
    return words;
}

}  // namespace saku::cli
