#include "ir/verify.h"

#include "ir/verify_parts.h"

namespace saku::ir {

Result<Done> verify(const LoopNest& nest) {
    SAKU_TRY_DONE(check_buffers(nest));
    SAKU_TRY_DONE(check_structure(nest));
    SAKU_TRY_DONE(check_bounds(nest));
    return check_independence(nest);
}

}  // namespace saku::ir
