#include "schedules/json.h"

#include <utility>

#include "schedules/names.h"

namespace saku::schedules {

namespace {

constexpr std::int64_t most = std::int64_t{1} << 40;
constexpr std::size_t most_steps = 4096;
constexpr std::size_t most_names = 256;

const std::vector<std::string>& step_names() {
    static const std::vector<std::string> names{"split",       "reorder",    "fuse",      "unroll", "vectorize",
                                                "parallelize", "accumulate", "epilogue",  "pack",   "prefetch",
                                                "partition",   "tail",       "set_layout"};
    return names;
}

std::string name(const JsonCursor& cursor, const std::string& what) {
    const std::string text = cursor.text(what);
    if (cursor.exists() && !text.empty() && !is_valid_name(text)) cursor.expected(what);
    return text;
}

std::string loop(const JsonCursor& step) { return name(step.member("loop"), "a loop's name"); }

std::vector<std::string> names(const JsonCursor& cursor) {
    std::vector<std::string> found;
    for (const JsonCursor& item : cursor.items(1, most_names)) found.push_back(name(item, "a loop's name"));
    return found;
}

Pack pack_from(const JsonCursor& step) {
    Pack pack;
    pack.tensor = name(step.member("tensor"), "the tensor's name");
    const JsonCursor at = step.member("at");
    pack.at = at.text("a loop, \"body\" or \"\"", true);
    if (!pack.at.empty() && pack.at != "body" && !is_valid_name(pack.at)) at.expected("a loop, \"body\" or \"\"");
    pack.buffer = name(step.member("buffer"), "a name for the copy");
    if (const std::optional<JsonCursor> axes = step.find("axes")) {
        pack.by = Pack::By::axes;
        pack.axes = names(*axes);
    } else if (const std::optional<JsonCursor> order = step.find("order")) {
        for (const JsonCursor& item : order->items(1, 64)) pack.order.push_back(item.integer<int>(0, 63));
    }
    if (const std::optional<JsonCursor> vector = step.find("vector")) pack.vector = vector->integer64(0, 64);
    return pack;
}

Prefetch prefetch_from(const JsonCursor& step) {
    Prefetch prefetch;
    prefetch.buffer = name(step.member("buffer"), "a buffer's name");
    prefetch.loop = loop(step);
    prefetch.distance = step.member("distance").integer64(0, most);
    if (const std::optional<JsonCursor> line = step.find("line_elements")) {
        prefetch.line_elements = line->integer64(1, 4096);
    }
    return prefetch;
}

SetLayout set_layout_from(const JsonCursor& step) {
    SetLayout made;
    made.tensor = name(step.member("tensor"), "the tensor's name");
    const JsonCursor order = step.member("order");
    if (order.raw() != nullptr && order.raw()->is_string()) {
        made.name = name(order, "an order such as NHWC");
        return made;
    }
    for (const JsonCursor& item : order.items(1, 256)) {
        if (item.raw() != nullptr && item.raw()->is_object()) {
            made.order.push_back(
                {item.member("dimension").integer<int>(0, 63), item.member("block").integer64(2, most)});
        } else {
            made.order.push_back({item.integer<int>(0, 63), 0});
        }
    }
    return made;
}

Step step_from(const JsonCursor& step) {
    const auto new_loop = [&](const char* member) { return name(step.member(member), "a name for the new loop"); };
    switch (step.member("step").choice(step_names())) {
        case 0:
            return Split{loop(step), step.member("factor").integer64(1, most), new_loop("outer"), new_loop("inner")};
        case 1:
            return Reorder{names(step.member("loops"))};
        case 2:
            return Fuse{name(step.member("outer"), "a loop's name"), name(step.member("inner"), "a loop's name"),
                        new_loop("fused")};
        case 3:
            return Unroll{loop(step)};
        case 4:
            return Vectorize{loop(step)};
        case 5:
            return Parallelize{loop(step)};
        case 6: {
            const std::optional<JsonCursor> transpose = step.find("transpose");
            const std::optional<JsonCursor> partial = step.find("partial");
            return Accumulate{loop(step), name(step.member("buffer"), "a name for the registers"),
                              transpose && transpose->boolean(),
                              partial ? names(*partial) : std::vector<std::string>{}};
        }
        case 7:
            return Epilogue{step.member("statement").integer<int>(0, 1 << 20)};
        case 8:
            return pack_from(step);
        case 9:
            return prefetch_from(step);
        case 10:
            return Partition{loop(step)};
        case 12:
            return set_layout_from(step);
        default:
            return Tail{loop(step),
                        step.member("kind").choice({"peel", "mask"}) == 0 ? Tail::Kind::peel : Tail::Kind::mask};
    }
}

Json json_of(const Split& s) {
    return {{"step", "split"}, {"loop", s.loop}, {"factor", s.factor}, {"outer", s.outer}, {"inner", s.inner}};
}
Json json_of(const Reorder& s) { return {{"step", "reorder"}, {"loops", s.loops}}; }
Json json_of(const Fuse& s) { return {{"step", "fuse"}, {"outer", s.outer}, {"inner", s.inner}, {"fused", s.fused}}; }
Json json_of(const Unroll& s) { return {{"step", "unroll"}, {"loop", s.loop}}; }
Json json_of(const Vectorize& s) { return {{"step", "vectorize"}, {"loop", s.loop}}; }
Json json_of(const Parallelize& s) { return {{"step", "parallelize"}, {"loop", s.loop}}; }
Json json_of(const Accumulate& s) {
    Json json{{"step", "accumulate"}, {"loop", s.loop}, {"buffer", s.buffer}};
    if (s.transpose) json["transpose"] = true;
    if (!s.partial.empty()) json["partial"] = s.partial;
    return json;
}
Json json_of(const Epilogue& s) { return {{"step", "epilogue"}, {"statement", s.statement}}; }
Json json_of(const Pack& s) {
    Json json{{"step", "pack"}, {"tensor", s.tensor}, {"at", s.at}, {"buffer", s.buffer}};
    if (s.by == Pack::By::axes) json["axes"] = s.axes;
    if (s.by == Pack::By::region && !s.order.empty()) json["order"] = s.order;
    if (s.vector != 0) json["vector"] = s.vector;
    return json;
}
Json json_of(const Prefetch& s) {
    Json json{{"step", "prefetch"}, {"buffer", s.buffer}, {"loop", s.loop}, {"distance", s.distance}};
    if (s.line_elements != Prefetch{}.line_elements) json["line_elements"] = s.line_elements;
    return json;
}
Json json_of(const Partition& s) { return {{"step", "partition"}, {"loop", s.loop}}; }
Json json_of(const Tail& s) {
    return {{"step", "tail"}, {"loop", s.loop}, {"kind", s.kind == Tail::Kind::peel ? "peel" : "mask"}};
}

Json json_of(const SetLayout& s) {
    if (!s.name.empty()) return {{"step", "set_layout"}, {"tensor", s.tensor}, {"order", s.name}};
    Json order = Json::array();
    for (const ir::LayoutDigit& digit : s.order) {
        order.push_back(digit.block == 0 ? Json(digit.dimension)
                                         : Json{{"dimension", digit.dimension}, {"block", digit.block}});
    }
    return {{"step", "set_layout"}, {"tensor", s.tensor}, {"order", order}};
}

}  // namespace

Json to_json(const Step& step) {
    return std::visit([](const auto& one) { return json_of(one); }, step);
}

Json to_json(const Schedule& schedule) {
    Json json = Json::array();
    for (const Step& step : schedule.steps) json.push_back(to_json(step));
    return json;
}

Schedule schedule_from(const JsonCursor& steps) {
    Schedule schedule;
    for (const JsonCursor& step : steps.items(0, most_steps)) schedule.steps.push_back(step_from(step));
    return schedule;
}

Result<Schedule> schedule_from_json(const std::string& text, const std::string& file) {
    SAKU_TRY(json, parse_json(text, file));
    JsonReader reader(file, json);
    Schedule schedule = schedule_from(reader.root());
    SAKU_TRY_DONE(reader.finish());
    return schedule;
}

}  // namespace saku::schedules
