// The text form of schedules: to_text and schedule_from_text.
#include <utility>

#include "schedules/names.h"
#include "schedules/schedule.h"
#include "schedules/text_reader.h"

namespace saku::schedules {

namespace {

template <class Items, class ToString>
std::string joined(const Items& items, ToString to_string) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : ", ") + to_string(item);
    return text;
}

std::string text_of(const Pack& step) {
    std::string by = "region";
    if (step.by == Pack::By::axes) {
        by = "axes(" + joined(step.axes, [](const std::string& name) { return name; }) + ")";
    } else if (!step.order.empty()) {
        by = "region(" + joined(step.order, [](int dimension) { return std::to_string(dimension); }) + ")";
    }
    return "pack(" + step.tensor + ", " + (step.at.empty() ? "\"\"" : step.at) + ", " + step.buffer + ", " + by +
           (step.vector == 0 ? "" : ", " + std::to_string(step.vector)) + ")";
}

std::string text_of(const SetLayout& step) {
    if (!step.name.empty()) return "set_layout(" + step.tensor + ", " + step.name + ")";
    return "set_layout(" + step.tensor + ", " +
           joined(step.order,
                  [](const ir::LayoutDigit& digit) {
                      const std::string dimension = std::to_string(digit.dimension);
                      return digit.block == 0 ? dimension
                                              : "block(" + dimension + ", " + std::to_string(digit.block) + ")";
                  }) +
           ")";
}

/// Takes the arguments of one step in order; remembers the first thing that is wrong.
class Arguments {
public:
    explicit Arguments(const Argument& call) : call_(call) {}

    const Argument* next(const std::string& expected) {
        if (position_ < call_.arguments.size()) return &call_.arguments[position_++];
        complain(call_.where, "found " + std::to_string(call_.arguments.size()) + " arguments, expected " + expected);
        return nullptr;
    }

    [[nodiscard]] bool more() const { return position_ < call_.arguments.size(); }

    std::string name(const std::string& what) { return name_of(next(what), what); }

    std::int64_t integer(const std::string& what, std::int64_t low, std::int64_t high) {
        return integer_of(next(what), what, low, high);
    }

    /// One of the words, as its position.
    std::size_t word(const std::vector<std::string>& words) {
        const std::string expected = "one of " + joined(words, [](const std::string& one) { return one; });
        const Argument* argument = next(expected);
        for (std::size_t i = 0; argument != nullptr && i < words.size(); ++i) {
            if (argument->kind == Argument::Kind::name && argument->name == words[i]) return i;
        }
        if (argument != nullptr) complain(argument->where, "found " + shown(*argument) + ", expected " + expected);
        return 0;
    }

    std::string name_of(const Argument* argument, const std::string& what) {
        if (argument == nullptr) return {};
        if (argument->kind == Argument::Kind::name && is_valid_name(argument->name)) return argument->name;
        // "body" is a place of its own, not a loop.
        if (argument->kind == Argument::Kind::name && argument->name == "body") return argument->name;
        complain(argument->where, "found " + shown(*argument) + ", expected " + what);
        return {};
    }

    std::int64_t integer_of(const Argument* argument, const std::string& what, std::int64_t low, std::int64_t high) {
        if (argument == nullptr) return low;
        if (argument->kind == Argument::Kind::integer && argument->integer >= low && argument->integer <= high) {
            return argument->integer;
        }
        complain(argument->where, "found " + shown(*argument) + ", expected " + what + " from " + std::to_string(low) +
                                      " to " + std::to_string(high));
        return low;
    }

    void complain(const std::string& where, const std::string& what) {
        if (!problem_) problem_ = Error{where, what};
    }

    static std::string shown(const Argument& argument) {
        switch (argument.kind) {
            case Argument::Kind::name:
                return "'" + argument.name + "'";
            case Argument::Kind::integer:
                return std::to_string(argument.integer);
            case Argument::Kind::nothing:
                return "\"\"";
            case Argument::Kind::call:
                return "'" + argument.name + "(...)'";
        }
        return {};
    }

    Result<Step> finish(Step step) {
        if (more()) complain(call_.arguments[position_].where, "expected no further argument of " + call_.name);
        if (problem_) return *problem_;
        return step;
    }

private:
    const Argument& call_;
    std::size_t position_ = 0;
    std::optional<Error> problem_;
};

constexpr std::int64_t most = std::int64_t{1} << 40;
constexpr std::int64_t most_dimension = 63;

Pack pack_from(Arguments& arguments) {
    Pack step;
    step.tensor = arguments.name("the tensor's name");
    const Argument* at = arguments.next("a loop, body or \"\"");
    if (at != nullptr && at->kind != Argument::Kind::nothing) step.at = arguments.name_of(at, "a loop, body or \"\"");
    step.buffer = arguments.name("a name for the copy");
    const std::string forms = "region, region(dimensions) or axes(loops)";
    if (const Argument* by = arguments.next(forms)) {
        const bool is_call = by->kind == Argument::Kind::call;
        if (is_call && by->name == "axes") {
            step.by = Pack::By::axes;
            for (const Argument& axis : by->arguments) step.axes.push_back(arguments.name_of(&axis, "a loop's name"));
            if (by->arguments.empty()) arguments.complain(by->where, "expected at least one loop in axes(...)");
        } else if (by->name == "region" && (is_call || by->kind == Argument::Kind::name)) {
            for (const Argument& dimension : by->arguments) {
                step.order.push_back(
                    static_cast<int>(arguments.integer_of(&dimension, "a dimension", 0, most_dimension)));
            }
        } else {
            arguments.complain(by->where, "found " + Arguments::shown(*by) + ", expected " + forms);
        }
    }
    if (arguments.more()) step.vector = arguments.integer("the lanes of the copy's vector loop", 0, 64);
    return step;
}

/// The last argument of accumulate, if there is one.
void accumulate_form(Arguments& arguments, Accumulate& step) {
    if (!arguments.more()) return;
    const Argument* form = arguments.next("transpose or partial(loops)");
    if (form->kind == Argument::Kind::name && form->name == "transpose") {
        step.transpose = true;
    } else if (form->kind == Argument::Kind::call && form->name == "partial") {
        for (const Argument& loop : form->arguments) step.partial.push_back(arguments.name_of(&loop, "a loop's name"));
        if (form->arguments.empty()) arguments.complain(form->where, "expected at least one loop in partial(...)");
    } else {
        arguments.complain(form->where, "found " + Arguments::shown(*form) + ", expected transpose or partial(loops)");
    }
}

ir::LayoutDigit digit_from(Arguments& arguments, const Argument& argument) {
    if (argument.kind != Argument::Kind::call) {
        return {static_cast<int>(arguments.integer_of(&argument, "a dimension", 0, most_dimension)), 0};
    }
    if (argument.name != "block" || argument.arguments.size() != 2) {
        arguments.complain(argument.where,
                           "found " + Arguments::shown(argument) + ", expected block(dimension, positions)");
        return {};
    }
    return {static_cast<int>(arguments.integer_of(&argument.arguments[0], "a dimension", 0, most_dimension)),
            arguments.integer_of(&argument.arguments[1], "the positions of a block", 2, most)};
}

SetLayout set_layout_from(Arguments& arguments) {
    SetLayout step;
    step.tensor = arguments.name("the tensor's name");
    const Argument* argument = arguments.next("an order such as NHWC, a dimension or block(dimension, positions)");
    if (argument != nullptr && argument->kind == Argument::Kind::name) {
        step.name = arguments.name_of(argument, "an order such as NHWC");
        return step;
    }
    if (argument != nullptr) step.order.push_back(digit_from(arguments, *argument));
    while (arguments.more()) step.order.push_back(digit_from(arguments, *arguments.next("a dimension")));
    return step;
}

Result<Step> step_from(const Argument& call) {
    Arguments arguments(call);
    const auto loop = [&] { return arguments.name("a loop's name"); };
    const auto fresh = [&] { return arguments.name("a name for the new loop"); };
    if (call.name == "split") {
        Split step;
        step.loop = loop();
        step.factor = arguments.integer("a factor", 1, most);
        step.outer = fresh();
        step.inner = fresh();
        return arguments.finish(step);
    }
    if (call.name == "reorder") {
        Reorder step;
        step.loops.push_back(loop());
        while (arguments.more()) step.loops.push_back(loop());
        return arguments.finish(step);
    }
    if (call.name == "fuse") {
        Fuse step;
        step.outer = loop();
        step.inner = loop();
        step.fused = fresh();
        return arguments.finish(step);
    }
    if (call.name == "unroll") return arguments.finish(Unroll{loop()});
    if (call.name == "vectorize") return arguments.finish(Vectorize{loop()});
    if (call.name == "parallelize") return arguments.finish(Parallelize{loop()});
    if (call.name == "partition") return arguments.finish(Partition{loop()});
    if (call.name == "pack") return arguments.finish(pack_from(arguments));
    if (call.name == "accumulate") {
        Accumulate step;
        step.loop = loop();
        step.buffer = arguments.name("a name for the registers");
        accumulate_form(arguments, step);
        return arguments.finish(step);
    }
    if (call.name == "epilogue") {
        return arguments.finish(Epilogue{static_cast<int>(arguments.integer("a statement's number", 0, 1 << 20))});
    }
    if (call.name == "prefetch") {
        Prefetch step;
        step.buffer = arguments.name("a buffer's name");
        step.loop = loop();
        step.distance = arguments.integer("a distance in iterations", 0, most);
        if (arguments.more()) step.line_elements = arguments.integer("the elements of a cache line", 1, 4096);
        return arguments.finish(step);
    }
    if (call.name == "tail") {
        Tail step;
        step.loop = loop();
        step.kind = arguments.word({"peel", "mask"}) == 0 ? Tail::Kind::peel : Tail::Kind::mask;
        return arguments.finish(step);
    }
    if (call.name == "set_layout") return arguments.finish(set_layout_from(arguments));
    return Error{call.where, "found '" + call.name +
                                 "', expected one of split, reorder, fuse, unroll, vectorize, parallelize, accumulate, "
                                 "epilogue, pack, prefetch, partition, tail, set_layout"};
}

}  // namespace

std::string to_text(const Step& step) {
    return std::visit(
        Overloaded{
            [](const Split& s) {
                return "split(" + s.loop + ", " + std::to_string(s.factor) + ", " + s.outer + ", " + s.inner + ")";
            },
            [](const Reorder& s) {
                return "reorder(" + joined(s.loops, [](const std::string& name) { return name; }) + ")";
            },
            [](const Fuse& s) { return "fuse(" + s.outer + ", " + s.inner + ", " + s.fused + ")"; },
            [](const Unroll& s) { return "unroll(" + s.loop + ")"; },
            [](const Vectorize& s) { return "vectorize(" + s.loop + ")"; },
            [](const Parallelize& s) { return "parallelize(" + s.loop + ")"; },
            [](const Accumulate& s) {
                const std::string partial =
                    s.partial.empty()
                        ? ""
                        : ", partial(" + joined(s.partial, [](const std::string& name) { return name; }) + ")";
                return "accumulate(" + s.loop + ", " + s.buffer + (s.transpose ? ", transpose" : "") + partial + ")";
            },
            [](const Epilogue& s) { return "epilogue(" + std::to_string(s.statement) + ")"; },
            [](const Pack& s) { return text_of(s); },
            [](const Prefetch& s) {
                return "prefetch(" + s.buffer + ", " + s.loop + ", " + std::to_string(s.distance) +
                       (s.line_elements == Prefetch{}.line_elements ? "" : ", " + std::to_string(s.line_elements)) +
                       ")";
            },
            [](const Partition& s) { return "partition(" + s.loop + ")"; },
            [](const Tail& s) { return "tail(" + s.loop + (s.kind == Tail::Kind::peel ? ", peel)" : ", mask)"); },
            [](const SetLayout& s) { return text_of(s); },
        },
        step);
}

std::string to_text(const Schedule& schedule) {
    std::string text;
    for (const Step& step : schedule.steps) text += to_text(step) + "\n";
    return text;
}

Result<Schedule> schedule_from_text(const std::string& text, const std::string& file) {
    SAKU_TRY(calls, read_calls(text, file));
    Schedule schedule;
    for (const Argument& call : calls) {
        SAKU_TRY(step, step_from(call));
        schedule.steps.push_back(std::move(step));
    }
    return schedule;
}

}  // namespace saku::schedules
