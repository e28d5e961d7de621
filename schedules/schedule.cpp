#include "schedules/schedule.h"

#include <utility>

#include "ir/tidy.h"

namespace saku::schedules {

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Step& step) {
    return std::visit([&](const auto& one) { return schedules::apply(nest, one); }, step);
}

Fitted<ir::LoopNest> apply(const ir::LoopNest& nest, const Schedule& schedule) {
    ir::LoopNest current = nest;
    for (std::size_t number = 0; number < schedule.steps.size(); ++number) {
        Fitted<ir::LoopNest> next = schedules::apply(current, schedule.steps[number]);
        if (!next) {
            const std::string where = "step " + std::to_string(number + 1) + ", " + to_text(schedule.steps[number]);
            return NotApplicable{next.error().reason, where + ": " + next.error().detail};
        }
        current = *std::move(next);
    }
    return ir::tidy(std::move(current));
}

}  // namespace saku::schedules
