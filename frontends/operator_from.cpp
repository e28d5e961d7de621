#include "frontends/operator_from.h"

#include "frontends/request.h"

namespace saku::frontends {

Result<ir::Operator> operator_from(const std::string& text) {
    SAKU_TRY(request, request_from(text));
    return operator_of(request);
}

}  // namespace saku::frontends
