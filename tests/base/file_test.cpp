#include "base/file.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace saku {
namespace {

namespace fs = std::filesystem;

/// A directory of its own for each test, gone afterwards.
class Scratch {
public:
    Scratch() {
        std::string pattern = (fs::temp_directory_path() / "saku-file-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    /// Names of everything in it, sorted.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(path_))
            names.push_back(fs::relative(entry.path(), path_).string());
        std::sort(names.begin(), names.end());
        return names;
    }

private:
    fs::path path_;
};

std::string content(const std::string& path) {
    const Result<std::string> text = read_file(path);
    return text ? *text : text.error().text();
}

TEST_CASE("what is written is read back, old contents are replaced and nothing else is left") {
    const Scratch scratch;
    const std::string bytes("a\0b\n\xff", 5);
    REQUIRE(write_files({{scratch / "new/deep/x.o", bytes}, {scratch / "y.h", "one"}}).ok());
    CHECK(content(scratch / "new/deep/x.o") == bytes);
    REQUIRE(write_files({{scratch / "y.h", "two"}}).ok());
    CHECK(content(scratch / "y.h") == "two");
    CHECK(scratch.names() == std::vector<std::string>{"new", "new/deep", "new/deep/x.o", "y.h"});
}

TEST_CASE("reading says what is wrong with a path") {
    const Scratch scratch;
    REQUIRE(write_files({{scratch / "five", "12345"}}).ok());
    CHECK(read_file(scratch / "five", 5).ok());
    struct Row {
        std::string path;
        std::size_t limit;
        std::string what;
    };
    const std::vector<Row> rows{
        {scratch / "absent", 9, "cannot be read: No such file or directory"},
        {scratch / "five/below", 9, "cannot be read: Not a directory"},
        {scratch / "", 9, "cannot be read: it is a directory, expected a file"},
        {scratch / "five", 4, "cannot be read: larger than 4 bytes"},
        {"/dev/zero", 1 << 20, "cannot be read: larger than 1048576 bytes"},
        {std::string("a\0b", 3), 9, "cannot be read: a zero byte in the path"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        const Result<std::string> text = read_file(row.path, row.limit);
        REQUIRE_FALSE(text.ok());
        CHECK(text.error().where == row.path);
        CHECK(text.error().what == row.what);
    }
}

TEST_CASE("a set of files that cannot all be written changes nothing") {
    const Scratch scratch;
    REQUIRE(write_files({{scratch / "old", "before"}, {scratch / "file", ""}}).ok());
    fs::create_directory(scratch / "directory");
    const std::vector<std::string> before = scratch.names();
    struct Row {
        std::string bad, where, what;
    };
    const std::vector<Row> rows{
        {scratch / "directory", scratch / "directory", "cannot be written: it is a directory, expected a file"},
        {scratch / "file/x", scratch / "file", "is a file, expected a directory"},
        {scratch / (std::string(300, 'n') + "/x"), scratch / std::string(300, 'n'),
         "cannot be created: File name too long"},
        {"", "", "cannot be written: expected a path"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.bad);
        const Result<Done> done =
            write_files({{scratch / "old", "after"}, {scratch / "made/new", "new"}, {row.bad, "x"}});
        REQUIRE_FALSE(done.ok());
        CHECK(done.error().where == row.where);
        CHECK(done.error().what == row.what);
        CHECK(content(scratch / "old") == "before");
        CHECK(scratch.names() == before);
    }
}

TEST_CASE("symbolic links stay, devices are written directly") {
    const Scratch scratch;
    REQUIRE(write_files({{scratch / "real", "1"}}).ok());
    fs::create_symlink(scratch / "real", scratch / "link");
    REQUIRE(write_files({{scratch / "link", "2"}, {"/dev/null", "gone"}}).ok());
    CHECK(fs::is_symlink(scratch / "link"));
    CHECK(content(scratch / "real") == "2");
    CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("temporary files can be removed while a write is under way") {
    const Scratch scratch;
    TemporaryFiles temporaries;
    // A pipe without a reader holds write_files between its temporary file and the renaming.
    const std::string pipe = scratch / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::alarm(1);  // as a signal handler would run: in the middle of the blocked open of the pipe
        static TemporaryFiles* registry = &temporaries;
        struct sigaction action {};
        action.sa_handler = [](int) { ::_exit(registry->remove_all() ? 130 : 1); };
        ::sigaction(SIGALRM, &action, nullptr);
        (void)write_files({{scratch / "x", "content"}, {pipe, "y"}}, &temporaries);
        ::_exit(2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 130);
    CHECK(scratch.names() == std::vector<std::string>{"pipe"});
}

TEST_CASE("file names of many writes at once do not collide") {
    const Scratch scratch;
    TemporaryFiles temporaries;
    std::vector<OutputFile> files;
    for (int i = 0; i < 40; ++i) files.push_back({scratch / std::to_string(i), std::to_string(i * i)});
    for (int round = 0; round < 2; ++round) REQUIRE(write_files(files, &temporaries).ok());
    for (int i = 0; i < 40; ++i) CHECK(content(scratch / std::to_string(i)) == std::to_string(i * i));
    CHECK(scratch.names().size() == 40);
    CHECK(temporaries.remove_all());
    CHECK(scratch.names().size() == 40);
}

}  // namespace
}  // namespace saku
