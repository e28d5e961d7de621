#include "tuner/mapping.h"

#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace saku::tuner {

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

Mapping::Mapping(std::size_t bytes, Sharing sharing) : bytes_(bytes) {
    const int flags = MAP_ANONYMOUS | (sharing == Sharing::common ? MAP_SHARED | MAP_NORESERVE : MAP_PRIVATE);
    void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (mapped != MAP_FAILED) data_ = static_cast<char*>(mapped);
}

Mapping::~Mapping() {
    if (data_ != nullptr) munmap(data_, bytes_);
}

Mapping::Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}

}  // namespace saku::tuner
