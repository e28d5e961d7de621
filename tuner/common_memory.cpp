#include "tuner/common_memory.h"

#include <unistd.h>

namespace saku::tuner {

CommonMemory::CommonMemory(std::size_t bytes) : mapping_(page_bytes() + bytes, Sharing::common), bytes_(bytes) {}

char* CommonMemory::data() const { return mapping_.data() == nullptr ? nullptr : mapping_.data() + page_bytes(); }

int& CommonMemory::owner() const { return *reinterpret_cast<int*>(mapping_.data()); }  // NOLINT: aligned to a page

bool CommonMemory::is_mine() const { return owner() == static_cast<int>(getpid()); }

void CommonMemory::own() const { owner() = static_cast<int>(getpid()); }

}  // namespace saku::tuner
