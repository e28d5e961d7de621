#include "tuner/guarded_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

namespace saku::tuner {

GuardedMemory::GuardedMemory(std::size_t bytes, std::size_t alignment, Placement placement) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t slack = placement == Placement::apart ? page : 0;
    const std::size_t body = (bytes / page + 1) * page + 2 * slack;
    const std::size_t total = body + 2 * page;
    void* mapping = mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return;
    mapping_ = static_cast<char*>(mapping);
    mapped_bytes_ = total;
    const bool guarded =
        mprotect(mapping_, page, PROT_NONE) == 0 && mprotect(mapping_ + page + body, page, PROT_NONE) == 0;
    if (!guarded) return;
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    data_ = placement == Placement::at_end ? mapping_ + page + body - rounded : mapping_ + page + slack;
    if (slack > 0) {  // a page that was never written faults, too
        for (std::size_t at = page; at < page + body; at += page) mapping_[at] = 0;
    }
}

GuardedMemory::~GuardedMemory() {
    if (mapping_ != nullptr) munmap(mapping_, mapped_bytes_);
}

GuardedMemory::GuardedMemory(GuardedMemory&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      mapped_bytes_(std::exchange(other.mapped_bytes_, 0)) {}

std::size_t available_memory_bytes() {
    std::ifstream info("/proc/meminfo");
    std::string key;
    std::size_t kibibytes = 0;
    std::string unit;
    while (info >> key >> kibibytes) {
        std::getline(info, unit);
        if (key == "MemAvailable:") return kibibytes * 1024;
    }
    return 0;
}

}  // namespace saku::tuner
