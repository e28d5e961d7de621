#include "tuner/remember.h"

#include <charconv>
#include <limits>

#include "base/hash.h"
#include "base/json.h"
#include "ir/print.h"

namespace saku::tuner {

namespace {

constexpr std::uint64_t second_basis = 0x9ae16a3b2f90404fULL;

Id id_from(const JsonCursor& cursor) {
    const std::string text = cursor.text("an id");
    Id id = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failure != std::errc{} || end != text.data() + text.size()) cursor.expected("a decimal number as a string");
    return id;
}

Json or_null(const std::optional<std::int64_t>& limit) { return limit ? Json(*limit) : Json(nullptr); }

}  // namespace

std::string tuning_key(const ir::Operator& op, const std::string& machine_text, const TuneOptions& options,
                       const std::string& program) {
    Json pinned = Json::array();
    for (const auto& [hole, label] : options.pinned) pinned.push_back(hole + "=" + label);
    const std::string text = to_line(Json{{"program", program},
                                          {"op", ir::shorthand(op)},
                                          {"nest", ir::print(ir::lower(op))},
                                          {"machine", machine_text},
                                          {"threads", options.threads},
                                          {"residence", features::name_of(options.residence)},
                                          {"search", options.search},
                                          {"candidates", options.candidates},
                                          {"seed", options.seed},
                                          {"top", options.top},
                                          {"pinned", std::move(pinned)},
                                          {"max_workspace", or_null(options.limits.workspace_bytes)},
                                          {"max_code", or_null(options.limits.code_bytes)}});
    return hex(fnv1a(text)) + hex(fnv1a(text, second_basis));
}

Decided decided_by(const TuneResult& result) {
    Decided decided{.candidates = result.candidates,
                    .passed_over = result.passed_over,
                    .rejected = result.rejected,
                    .remark = result.remark,
                    .top = {},
                    .margin_to_next = result.top.empty() ? std::nullopt : result.top.front().margin_to_next,
                    .tier1_seconds = result.tier1_seconds,
                    .tier2_seconds = result.tier2_seconds};
    for (const Ranked& ranked : result.top) decided.top.push_back(ranked.id);
    return decided;
}

std::vector<Priced> replay(const Pricer& pricer, const Decided& decided, TuneResult& result) {
    std::vector<Priced> best;
    for (const Id id : decided.top) {
        if (id >= pricer.space.ids.numbering.size) return {};
        const auto cost = price(pricer, id);
        if (!cost) return {};
        best.push_back({.id = id, .cost = *cost});
    }
    result.remembered = !best.empty();
    result.candidates = decided.candidates;
    result.passed_over = decided.passed_over;
    result.rejected = decided.rejected;
    result.remark = decided.remark;
    result.tier1_seconds = decided.tier1_seconds;
    result.tier2_seconds = decided.tier2_seconds;
    return best;
}

std::string to_text(const Decided& decided) {
    Json rejected = Json::object();
    for (const auto& [reason, count] : decided.rejected) rejected[reason] = count;
    Json top = Json::array();
    for (const Id id : decided.top) top.push_back(std::to_string(id));
    return to_line(Json{{"candidates", decided.candidates},
                        {"passed_over", decided.passed_over},
                        {"rejected", std::move(rejected)},
                        {"remark", decided.remark},
                        {"top", std::move(top)},
                        {"margin_to_next", decided.margin_to_next ? Json(*decided.margin_to_next) : Json(nullptr)},
                        {"tier1_seconds", decided.tier1_seconds},
                        {"tier2_seconds", decided.tier2_seconds}});
}

Result<Decided> decided_from(const std::string& text, const std::string& where) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr double most_seconds = 1e12;
    SAKU_TRY(document, parse_json(text, where));
    JsonReader reader(where, document);
    const JsonCursor root = reader.root();
    Decided decided;
    decided.candidates = static_cast<std::size_t>(root.member("candidates").integer64(0, most));
    decided.passed_over = static_cast<std::size_t>(root.member("passed_over").integer64(0, most));
    for (const auto& [reason, count] : root.member("rejected").members())
        decided.rejected[reason] = static_cast<std::size_t>(count.integer64(0, most));
    decided.remark = root.member("remark").text("a remark", true);
    for (const JsonCursor& id : root.member("top").items()) decided.top.push_back(id_from(id));
    const JsonCursor margin = root.member("margin_to_next");
    if (margin.exists() && !margin.raw()->is_null()) decided.margin_to_next = margin.number(0, most_seconds);
    decided.tier1_seconds = root.member("tier1_seconds").number(0, most_seconds);
    decided.tier2_seconds = root.member("tier2_seconds").number(0, most_seconds);
    SAKU_TRY_DONE(reader.finish());
    return decided;
}

}  // namespace saku::tuner
