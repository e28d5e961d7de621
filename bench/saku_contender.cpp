#include "bench/saku_contender.h"

#include <cstdio>

#include "bench/nest_kernel.h"
#include "frontends/operator_from.h"
#include "tuner/tune.h"

namespace saku::bench {
namespace {

std::string note_of(const tuner::TuneResult& tuned) {
    char text[96];
    std::snprintf(text, sizeof text, "tuned in %.2f s, predicted %.1f us", tuned.seconds,
                  tuned.top.front().cost.seconds * 1e6);
    return text;
}

Fitted<std::unique_ptr<Prepared>> tune_and_prepare(const targets::Machine& machine, const Problem& problem,
                                                   const Operands& operands) {
    auto op = frontends::operator_from(operator_text(problem));
    if (!op) return NotApplicable{.reason = "not an operator of saku", .detail = op.error().text()};
    tuner::TuneOptions options;
    options.jobs = 2;
    options.emit_object = false;
    auto tuned = tuner::tune(*op, machine, options);
    if (!tuned) return NotApplicable{.reason = "tuning failed", .detail = tuned.error().text()};
    if (tuned->top.empty()) return NotApplicable{.reason = "no legal schedule", .detail = ""};
    return prepare_nest(tuned->nest, machine.codegen, problem, operands, note_of(*tuned));
}

}  // namespace

Contender saku_contender(const targets::Machine& machine) {
    return Contender{.name = "saku",
                     .version = "",
                     .role = Contender::Role::saku,
                     .prepare = [machine](const Problem& problem, const Operands& operands) {
                         return tune_and_prepare(machine, problem, operands);
                     }};
}

}  // namespace saku::bench
