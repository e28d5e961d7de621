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

bool has_window(const Problem& problem) {
    return std::holds_alternative<Conv>(problem.shape) || std::holds_alternative<Pool>(problem.shape);
}

Fitted<std::unique_ptr<Prepared>> tune_and_prepare(const targets::Machine& machine, int threads, bool free_layouts,
                                                   const Problem& problem, const Operands& operands) {
    tuner::TuneOptions options;
    options.threads = threads;
    options.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    options.emit_object = false;
    const ir::Operator op = free_layouts ? ir::with_free_layouts(problem.op) : ir::with_fixed_layouts(problem.op);
    auto tuned = tuner::tune(op, machine, options);
    if (!tuned) return NotApplicable{.reason = "tuning failed", .detail = tuned.error().text()};
    if (tuned->top.empty()) return NotApplicable{.reason = "no legal schedule", .detail = ""};
    return prepare_nest(tuned->nest, machine.codegen, problem, operands, threads, note_of(*tuned));
}

std::string name_of(Contender::Role role) {
    if (role == Contender::Role::fixed) return "saku plain";
    return role == Contender::Role::single ? "saku 1 thread" : "saku";
}

}  // namespace

Contender saku_contender(const targets::Machine& machine, int threads, Contender::Role role) {
    return Contender{
        .name = name_of(role),
        .version = "",
        .role = role,
        .prepare = [machine, threads, role](const Problem& problem,
                                            const Operands& operands) -> Fitted<std::unique_ptr<Prepared>> {
            const bool is_fixed = role == Contender::Role::fixed;
            if (is_fixed && !has_window(problem)) return NotApplicable{.reason = "the same as saku", .detail = ""};
            return tune_and_prepare(machine, threads, !is_fixed && has_window(problem), problem, operands);
        }};
}

}  // namespace saku::bench
