#include "tuner/guarded_memory.h"

#include <sys/mman.h>

#include <fstream>
#include <string>

namespace saku::tuner {

namespace {

/// Whole pages, with those of the program's own around them.
std::size_t body_bytes(std::size_t bytes, Placement placement) {
    const std::size_t page = page_bytes();
    return (bytes / page + 1) * page + (placement == Placement::apart ? 2 * page : 0);
}

}  // namespace

GuardedMemory::GuardedMemory(std::size_t bytes, std::size_t alignment, Placement placement)
    : mapping_(body_bytes(bytes, placement) + 2 * page_bytes(), Sharing::own) {
    char* const first = mapping_.data();
    if (first == nullptr) return;
    const std::size_t page = page_bytes();
    const std::size_t body = body_bytes(bytes, placement);
    const bool guarded = mprotect(first, page, PROT_NONE) == 0 && mprotect(first + page + body, page, PROT_NONE) == 0;
    if (!guarded) return;
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    const std::size_t slack = placement == Placement::apart ? page : 0;
    data_ = placement == Placement::at_end ? first + page + body - rounded : first + page + slack;
    if (slack > 0) {  // a page that was never written faults, too
        for (std::size_t at = page; at < page + body; at += page) first[at] = 0;
    }
}

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
