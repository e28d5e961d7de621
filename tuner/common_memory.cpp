#include "tuner/common_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace saku::tuner {

namespace {

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

CommonMemory::CommonMemory(std::size_t bytes) {
    const std::size_t page = page_bytes();
    void* mapping =
        mmap(nullptr, page + bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) return;
    owner_ = static_cast<int*>(mapping);
    data_ = static_cast<char*>(mapping) + page;
    bytes_ = bytes;
}

CommonMemory::~CommonMemory() {
    if (owner_ != nullptr) munmap(owner_, page_bytes() + bytes_);
}

CommonMemory::CommonMemory(CommonMemory&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)) {}

bool CommonMemory::is_mine() const { return *owner_ == static_cast<int>(getpid()); }

void CommonMemory::own() const { *owner_ = static_cast<int>(getpid()); }

}  // namespace saku::tuner
