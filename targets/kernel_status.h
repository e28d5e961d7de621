// What a kernel returns.
#pragma once

#include <cstdint>

namespace saku::targets {

enum class KernelStatus : std::uint8_t {
    done = 0,
    wrong_tag = 1,        ///< a packed operand was not made by this kernel's pack function; nothing written
    bad_workers = 2,      ///< workers < 1; nothing written
    misaligned = 3,       ///< a packed operand or the workspace is not aligned to 64 bytes; nothing written
    runtime_failed = 4,   ///< saku_parallel_for reported an error; outputs are undefined
};

}  // namespace saku::targets
