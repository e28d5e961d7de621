#include "bench/saku_contender.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "bench/nest_kernel.h"
#include "tuner/tune.h"

namespace saku::bench {
namespace {

std::string note_of(const tuner::TuneResult& tuned) {
    char text[96];
    std::snprintf(text, sizeof text, "tuned in %.2f s, predicted %.1f us", tuned.seconds,
                  tuned.top.front().cost.seconds * 1e6);
    return text;
}

Fitted<std::unique_ptr<Prepared>> tune_and_prepare(const targets::Machine& machine, int threads, const Problem& problem,
                                                   const Operands& operands) {
    tuner::TuneOptions options;
    options.threads = threads;
    options.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    options.emit_object = false;
    auto tuned = tuner::tune(problem.op, machine, options);
    if (!tuned) return NotApplicable{.reason = "tuning failed", .detail = tuned.error().text()};
    if (tuned->top.empty()) return NotApplicable{.reason = "no legal schedule", .detail = ""};
    return prepare_nest(tuned->nest, machine.codegen, problem, operands, threads, note_of(*tuned));
}

}  // namespace

Contender saku_contender(const targets::Machine& machine, int threads, Contender::Role role) {
    return Contender{.name = role == Contender::Role::single ? "saku 1 thread" : "saku",
                     .version = "",
                     .role = role,
                     .prepare = [machine, threads](const Problem& problem, const Operands& operands) {
                         return tune_and_prepare(machine, threads, problem, operands);
                     }};
}

}  // namespace saku::bench
