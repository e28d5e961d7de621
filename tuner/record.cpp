#include "tuner/record.h"

#include <limits>

#include "costmodel/cost.h"
#include "schedules/json.h"

namespace saku::tuner {
namespace {

constexpr int schema = 1;
constexpr double most_seconds = std::numeric_limits<double>::max();

std::vector<std::string> term_names() {
    std::vector<std::string> names;
    for (int term = 0; term < costmodel::term_count; ++term)
        names.emplace_back(costmodel::name_of(static_cast<costmodel::Term>(term)));
    return names;
}

/// Everything is read, so that misspelt keys are found; only the time is kept.
double read_prediction(const JsonCursor& prediction) {
    const double seconds = prediction.member("seconds").positive();
    static_cast<void>(prediction.member("gflops").number(0, most_seconds));
    static_cast<void>(prediction.member("percent_of_peak").number(0, most_seconds));
    static_cast<void>(prediction.member("bottleneck").choice(term_names()));
    const JsonCursor terms = prediction.member("terms");
    for (const std::string& name : term_names()) static_cast<void>(terms.member(name).number(0, most_seconds));
    return seconds;
}

StoredSchedule read_record(const JsonCursor& root) {
    root.header("record", schema);
    StoredSchedule stored;
    stored.op = root.member("op").text("an operator's shorthand");
    stored.machine = root.member("machine").text("a machine's name");
    stored.threads = root.member("threads").integer<int>(1);
    stored.name = root.member("name").text("a C identifier");
    stored.schedule = schedules::schedule_from(root.member("schedule"));
    stored.predicted_seconds = read_prediction(root.member("prediction"));
    const JsonCursor versions = root.member("versions");
    static_cast<void>(versions.member("saku").text("a version"));
    static_cast<void>(versions.member("llvm").text("a version"));
    return stored;
}

StoredSchedule read_schedule(const JsonCursor& root) {
    root.header("schedule", schema);
    return {.schedule = schedules::schedule_from(root.member("steps")),
            .op = {},
            .machine = {},
            .name = {},
            .threads = {},
            .predicted_seconds = {}};
}

/// A document of unknown kind: what it says itself decides, so that complaints are about the right one.
Result<StoredSchedule> from_object(const Json& document, const std::string& file) {
    JsonReader reader(file, document);
    const JsonCursor root = reader.root();
    const auto kind = document.find("kind");
    if (kind == document.end() || (*kind != "record" && *kind != "schedule")) {
        root.member("kind").expected("\"record\" or \"schedule\"");
        return reader.problems().back();
    }
    StoredSchedule stored = *kind == "record" ? read_record(root) : read_schedule(root);
    SAKU_TRY_DONE(reader.finish());
    return stored;
}

}  // namespace

Json record_json(const std::string& op, const std::string& machine, int threads, const std::string& name,
                 const Ranked& ranked, const Versions& versions) {
    Json terms = Json::object();
    for (int term = 0; term < costmodel::term_count; ++term)
        terms[std::string(costmodel::name_of(static_cast<costmodel::Term>(term)))] =
            ranked.cost.terms[static_cast<std::size_t>(term)];
    return {{"schema", schema},
            {"kind", "record"},
            {"op", op},
            {"machine", machine},
            {"threads", threads},
            {"name", name},
            {"schedule", schedules::to_json(ranked.schedule)},
            {"prediction",
             {{"seconds", ranked.cost.seconds},
              {"gflops", ranked.gflops},
              {"percent_of_peak", ranked.percent_of_peak},
              {"bottleneck", costmodel::name_of(ranked.cost.bottleneck)},
              {"terms", std::move(terms)}}},
            {"versions", {{"saku", versions.saku}, {"llvm", versions.llvm}}}};
}

Result<StoredSchedule> stored_schedule_from(const std::string& text, const std::string& file) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    const char first = start == std::string::npos ? '\0' : text[start];
    if (first == '\0')
        return Error{.where = file, .what = "found nothing, expected a schedule ([] for one without steps)"};
    if (first == '{') {
        SAKU_TRY(document, parse_json(text, file));
        return from_object(document, file);
    }
    StoredSchedule stored;
    if (first == '[') {
        SAKU_TRY(schedule, schedules::schedule_from_json(text, file));
        stored.schedule = std::move(schedule);
    } else {
        SAKU_TRY(schedule, schedules::schedule_from_text(text, file));
        stored.schedule = std::move(schedule);
    }
    return stored;
}

}  // namespace saku::tuner
