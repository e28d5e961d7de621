// saku rank: prices for given schedules, so that other tools can use the model as their ranker.
#include <algorithm>
#include <memory>

#include "base/file.h"
#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/price_report.h"
#include "cli/stored.h"
#include "cli/target_options.h"
#include "cli/text_table.h"
#include "frontends/operator_from.h"

namespace saku::cli {
namespace {

constexpr std::size_t most_bytes = std::size_t{256} << 20;

struct RankArguments {
    std::string op;
    std::string file;
    TargetOptions target;
    bool json = false;
};

/// One line of the file with its price, or why it has none.
struct Line {
    std::size_t number = 0;  ///< from 1
    Fitted<tuner::Ranked> price;
};

/// Priced ones first, cheapest first; ties and the rest by line.
bool before(const Line& a, const Line& b) {
    if (a.price.ok() != b.price.ok()) return a.price.ok();
    if (a.price.ok() && a.price->cost.seconds != b.price->cost.seconds)
        return a.price->cost.seconds < b.price->cost.seconds;
    return a.number < b.number;
}

Result<std::vector<Line>> priced_lines(const RankArguments& arguments, const ir::Operator& op, const Target& target,
                                       Session& session) {
    SAKU_TRY(text, read_file(arguments.file, most_bytes));
    std::vector<Line> lines;
    session.progress.subject(arguments.file);
    std::size_t number = 0;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string line = text.substr(start, end - start);
        const std::string place = arguments.file + ":" + std::to_string(++number);
        start = end + 1;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        SAKU_TRY(stored, tuner::stored_schedule_from(line, place));
        if (stored.op && *stored.op != ir::shorthand(op))
            return Error{.where = place,
                         .what = "found a record of " + *stored.op + ", expected one of " + ir::shorthand(op)};
        lines.push_back({number, tuner::price_schedule(op, stored.schedule, target.machine, target.threads)});
        session.progress.report(static_cast<double>(end) / static_cast<double>(text.size()), "pricing");
    }
    if (lines.empty()) return Error{.where = arguments.file, .what = "found no schedule, expected one on each line"};
    std::sort(lines.begin(), lines.end(), before);
    return lines;
}

Json as_json(const Line& line) {
    Json json{{"line", line.number}};
    if (line.price)
        json.update(ranked_json(*line.price));
    else
        json["rejected"] = {{"reason", line.price.error().reason}, {"detail", line.price.error().detail}};
    return json;
}

Result<Outcome> rank(const RankArguments& arguments, Session& session) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY(lines, priced_lines(arguments, op, target, session));
    Json results = Json::array();
    TextTable table({0});
    for (const Line& line : lines) {
        results.push_back(as_json(line));
        table.row(
            {"line " + std::to_string(line.number), line.price ? headline(*line.price) : line.price.error().text()});
    }
    if (!arguments.json) return Outcome{.output = table.text()};
    return Outcome{.output = to_text(Json{{"schema", 1},
                                          {"op", ir::shorthand(op)},
                                          {"target", target.machine.name},
                                          {"threads", target.threads},
                                          {"results", std::move(results)}})};
}

}  // namespace

void add_rank(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("rank", "predict how fast given schedules are, best first");
    auto arguments = std::make_shared<RankArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    command
        ->add_option("--schedules", arguments->file,
                     "a file with one schedule on each line: a JSON array of steps, a schedule or a record")
        ->required()
        ->check(not_empty());
    add_target_options(*command, arguments->target);
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "Examples:\n"
        "  saku rank matmul:m=128,n=768,k=768 --schedules candidates.jsonl --target neoverse-n1 --json");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return rank(*arguments, session); }; });
}

}  // namespace saku::cli
