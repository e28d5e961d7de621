// What a kernel is called: its C function, and the start of the names of its other functions and of its files.
#pragma once

#include <string>

#include "base/result.h"

namespace saku::targets {

/// Can this be the name of a kernel? A C identifier of at most 200 characters that is no keyword of C or C++ and does
/// not belong to them (a leading underscore, two in a row), to their library (main, size_t, printf, mem... and str...
/// as C11 7.31.13 has them) or to saku (saku_...); the error says which.
[[nodiscard]] Result<Done> check_kernel_name(const std::string& name);

/// The name of a kernel that was given none: the operator's shorthand with each run of other characters as one
/// underscore, "matmul_m_128_n_768_k_768", and a number's minus sign as m, "scale_n_64_factor_m0_5". One of more than
/// 200 characters is cut and ends with a fingerprint of the shorthand instead. `check_kernel_name` takes it.
[[nodiscard]] std::string kernel_name_from(const std::string& shorthand);

}  // namespace saku::targets
