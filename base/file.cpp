#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace saku {

namespace {

std::string reason(int code) { return std::generic_category().message(code); }

/// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    [[nodiscard]] int get() const { return value_; }

private:
    int value_;
};

/// 0, or the error's number.
int write_all(int descriptor, const std::string& content) {
    std::size_t written = 0;
    while (written < content.size()) {
        const ssize_t count = ::write(descriptor, content.data() + written, content.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        written += static_cast<std::size_t>(count);
    }
    return 0;
}

Error cannot_write(const std::string& path, const std::string& why) {
    return {.where = path, .what = "cannot be written: " + why};
}

}  // namespace

// ---- reading

Result<std::string> read_file(const std::string& path, std::size_t limit_bytes) {
    const auto failure = [&](const std::string& why) { return Error{.where = path, .what = "cannot be read: " + why}; };
    if (path.find('\0') != std::string::npos) return failure("a zero byte in the path");
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return failure(reason(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return failure(reason(errno));
    if (S_ISDIR(status.st_mode)) return failure("it is a directory, expected a file");
    std::string content;
    std::array<char, 1 << 16> piece{};
    while (true) {
        const ssize_t count = ::read(file.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failure(reason(errno));
        if (count == 0) return content;
        if (content.size() + static_cast<std::size_t>(count) > limit_bytes)
            return failure("larger than " + std::to_string(limit_bytes) + " bytes");
        content.append(piece.data(), static_cast<std::size_t>(count));
    }
}

// ---- writing

bool TemporaryFiles::remove_all() noexcept {
    if (commits_.load() > 0) return false;
    for (Slot& slot : slots_) {
        if (slot.ready.load()) ::unlink(slot.path.data());
    }
    return true;
}

/// A file next to its target, removed on destruction unless renamed.
class TemporaryFile {
public:
    TemporaryFile(std::string target, TemporaryFiles* registry) : target_(std::move(target)), registry_(registry) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (exists_) ::unlink(path_.c_str());
        forget();
    }

    [[nodiscard]] const std::string& target() const { return target_; }

    Result<Done> write(const std::string& content) {
        const Descriptor file(create());
        if (file.get() < 0) return cannot_write(target_, reason(errno));
        exists_ = true;
        if (const int code = write_all(file.get(), content)) return cannot_write(target_, reason(code));
        // Some file systems have no fsync; what they promise is then all there is.
        if (::fsync(file.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
            return cannot_write(target_, reason(errno));
        return Done{};
    }

    Result<Done> move_into_place() {
        if (::rename(path_.c_str(), target_.c_str()) != 0) return cannot_write(target_, reason(errno));
        exists_ = false;
        forget();
        return Done{};
    }

private:
    /// Opens a new file under a free name; -1 and errno on failure. Registered before it exists, so that no signal can
    /// come in between.
    int create() {
        const std::filesystem::path target(target_);
        for (int attempt = 0; attempt < 1000; ++attempt) {
            const std::string name = "." + std::to_string(::getpid()) + "-" + std::to_string(attempt) + ".tmp";
            path_ = (target.parent_path() / name).string();
            remember();
            const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (file >= 0) return file;
            const int code = errno;
            forget();
            errno = code;
            if (code != EEXIST) return -1;
        }
        return -1;
    }

    void remember() {
        if (registry_ == nullptr || path_.size() >= TemporaryFiles::longest_path) return;
        for (TemporaryFiles::Slot& slot : registry_->slots_) {
            if (slot.taken.exchange(true)) continue;
            std::copy(path_.begin(), path_.end(), slot.path.begin());
            slot.path[path_.size()] = '\0';
            slot.ready.store(true);
            slot_ = &slot;
            return;
        }
    }
    void forget() {
        if (slot_ == nullptr) return;
        slot_->ready.store(false);
        slot_->taken.store(false);
        slot_ = nullptr;
    }

    std::string target_;
    std::string path_;
    TemporaryFiles* registry_;
    TemporaryFiles::Slot* slot_ = nullptr;
    bool exists_ = false;
};

/// While one lives, temporary files are being renamed and must not be removed.
class Commit {
public:
    explicit Commit(TemporaryFiles* registry) : registry_(registry) {
        if (registry_ != nullptr) ++registry_->commits_;
    }
    Commit(const Commit&) = delete;
    Commit& operator=(const Commit&) = delete;
    ~Commit() {
        if (registry_ != nullptr) --registry_->commits_;
    }

private:
    TemporaryFiles* registry_;
};

namespace {

/// Directories made on the way; unmade, innermost first, unless kept.
class NewDirectories {
public:
    NewDirectories() = default;
    NewDirectories(const NewDirectories&) = delete;
    NewDirectories& operator=(const NewDirectories&) = delete;
    ~NewDirectories() {
        for (auto path = made_.rbegin(); path != made_.rend(); ++path) ::rmdir(path->c_str());
    }

    Result<Done> make(const std::filesystem::path& directory) {
        std::filesystem::path path;
        for (const std::filesystem::path& part : directory) {
            path /= part;
            if (::mkdir(path.c_str(), 0777) == 0) {
                made_.push_back(path.string());
            } else if (struct stat status{}; ::stat(path.c_str(), &status) != 0) {
                return Error{.where = path.string(), .what = "cannot be created: " + reason(errno)};
            } else if (!S_ISDIR(status.st_mode)) {
                return Error{.where = path.string(), .what = "is a file, expected a directory"};
            }
        }
        return Done{};
    }
    void keep() { made_.clear(); }

private:
    std::vector<std::string> made_;
};

/// Where a write to `path` ends: the file behind symbolic links, so that renaming keeps the links.
std::string resolved(const std::string& path) {
    std::error_code code;
    const std::filesystem::path real = std::filesystem::canonical(path, code);
    return code ? path : real.string();
}

Result<Done> write_directly(const OutputFile& file) {
    const Descriptor descriptor(::open(file.path.c_str(), O_WRONLY | O_CLOEXEC));
    if (descriptor.get() < 0) return cannot_write(file.path, reason(errno));
    if (const int code = write_all(descriptor.get(), file.content)) return cannot_write(file.path, reason(code));
    return Done{};
}

}  // namespace

Result<Done> write_files(const std::vector<OutputFile>& files, TemporaryFiles* temporary_files) {
    NewDirectories directories;
    std::vector<std::unique_ptr<TemporaryFile>> temporaries;
    std::vector<const OutputFile*> direct;
    for (const OutputFile& file : files) {
        if (file.path.empty() || file.path.find('\0') != std::string::npos)
            return cannot_write(file.path, "expected a path");
        struct stat status {};
        const bool exists = ::stat(file.path.c_str(), &status) == 0;
        if (exists && S_ISDIR(status.st_mode)) return cannot_write(file.path, "it is a directory, expected a file");
        if (exists && !S_ISREG(status.st_mode)) {
            direct.push_back(&file);
            continue;
        }
        const std::string target = resolved(file.path);
        SAKU_TRY_DONE(directories.make(std::filesystem::path(target).parent_path()));
        temporaries.push_back(std::make_unique<TemporaryFile>(target, temporary_files));
        SAKU_TRY_DONE(temporaries.back()->write(file.content));
    }
    for (const OutputFile* file : direct) SAKU_TRY_DONE(write_directly(*file));
    const Commit commit(temporary_files);
    for (const auto& temporary : temporaries) SAKU_TRY_DONE(temporary->move_into_place());
    directories.keep();
    return Done{};
}

}  // namespace saku
