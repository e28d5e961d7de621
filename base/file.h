// Files in and out: reading with a limit, and writing that leaves nothing half-written.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace saku {

/// The bytes of a file or pipe. Errors name the path: absent, a directory, unreadable, larger than `limit_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit_bytes = std::size_t{64} << 20);

struct OutputFile {
    std::string path;
    std::string content;
};

/// The temporary files of writes in progress, for a program that must clean up when a signal ends it. The program owns
/// one, hands it to `write_files`, and calls `remove_all` from its signal handler. Safe to use from several threads and
/// from signal handlers; paths longer than a slot, or more writes at once than slots, are merely not covered.
class TemporaryFiles {
public:
    /// Removes the temporary files, unless files are being renamed into place at this moment: then it does nothing and
    /// gives false, and the handler should return and let the program end once `write_files` is done. Calls only
    /// functions that are safe in signal handlers.
    bool remove_all() noexcept;

private:
    friend class TemporaryFile;
    friend class Commit;
    static constexpr std::size_t slots = 16;
    static constexpr std::size_t longest_path = 1024;
    struct Slot {
        std::atomic<bool> taken{false};  ///< a thread writes `path`
        std::atomic<bool> ready{false};  ///< `path` is complete
        std::array<char, longest_path> path{};
    };
    std::array<Slot, slots> slots_;
    std::atomic<int> commits_{0};  ///< threads that are renaming
};

/// Writes all the files or, as far as a file system allows, none: every content goes to a temporary file in the
/// directory of its target and to the disk first, then all are renamed into place. Missing directories are created (and
/// removed again after a failure). A target that is no regular file (a pipe, /dev/stdout) is written directly. Errors
/// name the path that could not be written and why.
[[nodiscard]] Result<Done> write_files(const std::vector<OutputFile>& files, TemporaryFiles* temporary_files = nullptr);

}  // namespace saku
