// What the tests of schedules share: operators from text, schedules applied to them, results compared.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "frontends/notation/instantiate.h"
#include "frontends/notation/parse.h"
#include "frontends/operator_from.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "schedules/json.h"
#include "schedules/schedule.h"
#include "tests/equivalence.h"
#include "tests/golden.h"

namespace saku::tests {

/// The failure's text; "" when there is none.
template <class T, class E>
std::string problem(const Result<T, E>& result) {
    return result.ok() ? std::string() : result.error().text();
}

/// The plain nest of an operator: the shorthand of a built-in, or notation (which has a '{') without parameters. Or the
/// nest itself.
inline ir::LoopNest plain_nest(const std::string& text) {
    if (text.starts_with("nest ")) {
        Result<ir::LoopNest> nest = ir::parse(text);
        REQUIRE_MESSAGE(nest.ok(), problem(nest));
        return *std::move(nest);
    }
    if (text.find('{') == std::string::npos) {
        const Result<ir::Operator> op = frontends::operator_from(text);
        REQUIRE_MESSAGE(op.ok(), text, ": ", problem(op));
        return ir::lower(*op);
    }
    const auto notation = frontends::parse_notation(text, "test");
    REQUIRE_MESSAGE(notation.ok(), problem(notation));
    const Result<ir::Operator> op = frontends::instantiate(*notation, {});
    REQUIRE_MESSAGE(op.ok(), problem(op));
    return ir::lower(*op);
}

inline schedules::Schedule schedule_of(const std::string& text) {
    Result<schedules::Schedule> schedule = schedules::schedule_from_text(text);
    REQUIRE_MESSAGE(schedule.ok(), problem(schedule));
    return *std::move(schedule);
}

/// The nest after the steps, one by one, without the final tidying; the failure's text when one does not apply.
inline Fitted<ir::LoopNest> after_steps(const ir::LoopNest& nest, const std::string& steps) {
    ir::LoopNest current = nest;
    for (const schedules::Step& step : schedule_of(steps).steps) {
        Fitted<ir::LoopNest> next = schedules::apply(current, step);
        if (!next) return next;
        current = *std::move(next);
    }
    return current;
}

/// The nest after the whole schedule, checked to compute what the plain nest does.
inline ir::LoopNest checked(const std::string& op, const std::string& schedule) {
    const ir::LoopNest plain = plain_nest(op);
    const Fitted<ir::LoopNest> result = schedules::apply(plain, schedule_of(schedule));
    REQUIRE_MESSAGE(result.ok(), op, ": ", problem(result));
    CHECK_MESSAGE(difference_between(plain, *result) == "", op, "\n", schedule, "\n", ir::print(*result));
    const Result<Done> sound = ir::verify(*result);
    CHECK_MESSAGE(problem(sound) == "", op, "\n", schedule, "\n", ir::print(*result));
    return *result;
}

}  // namespace saku::tests
