#include "tuner/record.h"

#include <array>
#include <limits>
#include <utility>

#include "costmodel/cost.h"
#include "schedules/json.h"

namespace saku::tuner {
namespace {

constexpr int record_schema = 3;
constexpr int schedule_schema = 1;
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

/// The counts of a loop by their keys, in the order of the file.
using Counts = std::array<std::pair<const char*, int features::LoopCode::*>, 8>;
constexpr Counts counts{{{"instructions", &features::LoopCode::instructions},
                         {"multiply_adds", &features::LoopCode::multiply_adds},
                         {"vector_loads", &features::LoopCode::vector_loads},
                         {"broadcasts", &features::LoopCode::broadcasts},
                         {"folded_loads", &features::LoopCode::folded_loads},
                         {"vector_stores", &features::LoopCode::vector_stores},
                         {"spill_loads", &features::LoopCode::spill_loads},
                         {"spill_stores", &features::LoopCode::spill_stores}}};

std::vector<features::LoopCode> read_inner_loops(const JsonCursor& array) {
    std::vector<features::LoopCode> loops;
    for (const JsonCursor& each : array.items()) {
        features::LoopCode& loop = loops.emplace_back();
        for (const auto& [key, count] : counts) loop.*count = each.member(key).integer<int>(0);
    }
    return loops;
}

Json inner_loops_json(const std::vector<features::LoopCode>& loops) {
    Json list = Json::array();
    for (const features::LoopCode& loop : loops) {
        Json& each = list.emplace_back(Json::object());
        for (const auto& [key, count] : counts) each[key] = loop.*count;
    }
    return list;
}

StoredSchedule read_record(const JsonCursor& root) {
    static_cast<void>(root.member("kind").choice({"record"}));
    const JsonCursor schema = root.member("schema");
    static_cast<void>(schema.integer<int>(1, record_schema));
    const bool has_code = !schema.exists() || *schema.raw() != 1;
    const bool has_residence = has_code && (!schema.exists() || *schema.raw() != 2);
    StoredSchedule stored;
    stored.op = root.member("op").text("an operator's shorthand");
    stored.machine = root.member("machine").text("a machine's name");
    const auto calibration = root.find("calibration");
    stored.calibration = calibration ? calibration->text("the fingerprint of a calibration") : "";
    stored.threads = root.member("threads").integer<int>(1);
    stored.residence = features::Residence::warm;
    if (has_residence)
        stored.residence =
            static_cast<features::Residence>(root.member("residence").choice(features::residence_names()));
    stored.name = root.member("name").text("a C identifier");
    stored.schedule = schedules::schedule_from(root.member("schedule"));
    stored.predicted_seconds = read_prediction(root.member("prediction"));
    if (has_code) stored.inner_loops = read_inner_loops(root.member("code").member("inner_loops"));
    const JsonCursor versions = root.member("versions");
    static_cast<void>(versions.member("saku").text("a version"));
    static_cast<void>(versions.member("llvm").text("a version"));
    return stored;
}

StoredSchedule read_schedule(const JsonCursor& root) {
    root.header("schedule", schedule_schema);
    return {.schedule = schedules::schedule_from(root.member("steps")),
            .op = {},
            .machine = {},
            .calibration = {},
            .name = {},
            .threads = {},
            .residence = {},
            .predicted_seconds = {},
            .inner_loops = {}};
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

Json record_json(const Recorded& recorded) {
    const costmodel::Cost& cost = recorded.best.cost;
    Json terms = Json::object();
    for (int term = 0; term < costmodel::term_count; ++term)
        terms[std::string(costmodel::name_of(static_cast<costmodel::Term>(term)))] =
            cost.terms[static_cast<std::size_t>(term)];
    Json json{{"schema", record_schema}, {"kind", "record"}, {"op", recorded.op}, {"machine", recorded.machine}};
    if (!recorded.calibration.empty()) json["calibration"] = recorded.calibration;
    json["threads"] = recorded.threads;
    json["residence"] = features::name_of(recorded.residence);
    json["name"] = recorded.name;
    json["schedule"] = schedules::to_json(recorded.best.schedule);
    json["prediction"] = {{"seconds", cost.seconds},
                          {"gflops", recorded.best.gflops},
                          {"percent_of_peak", recorded.best.percent_of_peak},
                          {"bottleneck", costmodel::name_of(cost.bottleneck)},
                          {"terms", std::move(terms)}};
    json["code"] = {{"inner_loops", inner_loops_json(recorded.inner_loops)}};
    json["versions"] = {{"saku", recorded.versions.saku}, {"llvm", recorded.versions.llvm}};
    return json;
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

namespace {

/// The counts that changed in each inner loop.
void add_code_differences(const std::vector<features::LoopCode>& found, const std::vector<features::LoopCode>& recorded,
                          std::vector<Changed>& all) {
    if (found.size() != recorded.size()) {
        all.push_back({.what = "inner_loops", .was = recorded.size(), .is = found.size()});
        return;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (const auto& [key, count] : counts) {
            if (found[i].*count == recorded[i].*count) continue;
            all.push_back({.what = "inner_loops/" + std::to_string(i) + "/" + key,
                           .was = recorded[i].*count,
                           .is = found[i].*count});
        }
    }
}

/// What the tuning was for, where that is not what the record was made for.
std::vector<Changed> other_questions(const TuneResult& result, const StoredSchedule& stored) {
    std::vector<Changed> all;
    const auto compare = [&](const char* what, const auto& was, const auto& is) {
        if (was && *was != is) all.push_back({.what = what, .was = *was, .is = is});
    };
    compare("operator", stored.op, result.op);
    compare("machine", stored.machine, result.target);
    if (all.empty()) compare("calibration", stored.calibration, result.calibration);
    compare("threads", stored.threads, result.threads);
    if (stored.residence && *stored.residence != result.residence)
        all.push_back({.what = "residence",
                       .was = features::name_of(*stored.residence),
                       .is = features::name_of(result.residence)});
    return all;
}

}  // namespace

std::vector<Changed> differences(const TuneResult& result, const StoredSchedule& stored) {
    std::vector<Changed> all = other_questions(result, stored);
    if (!all.empty()) return all;
    if (result.top.empty()) return {{.what = "schedule", .was = schedules::to_json(stored.schedule), .is = nullptr}};
    const Ranked& best = result.top.front();
    if (best.schedule != stored.schedule)
        all.push_back(
            {.what = "schedule", .was = schedules::to_json(stored.schedule), .is = schedules::to_json(best.schedule)});
    if (stored.predicted_seconds && *stored.predicted_seconds != best.cost.seconds)
        all.push_back({.what = "predicted_seconds", .was = *stored.predicted_seconds, .is = best.cost.seconds});
    // Other steps have other loops: comparing their instructions would say nothing new.
    if (stored.inner_loops && best.schedule == stored.schedule)
        add_code_differences(result.inner_loops, *stored.inner_loops, all);
    return all;
}

}  // namespace saku::tuner
