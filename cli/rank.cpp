// saku rank: prices for given schedules, so that other tools can use the model as their ranker.
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

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

/// How far behind the next other schedule is, for each priced one. Lines are in order.
void add_margins(std::vector<Line>& lines) {
    const auto priced = static_cast<std::size_t>(
        std::find_if(lines.begin(), lines.end(), [](const Line& line) { return !line.price; }) - lines.begin());
    std::size_t next = priced;  // the first line behind that has another schedule
    for (std::size_t i = priced; i-- > 0;) {
        if (i + 1 < priced && lines[i + 1].price->schedule != lines[i].price->schedule) next = i + 1;
        if (next == priced) continue;
        lines[i].price->margin_to_next = lines[next].price->cost.seconds / lines[i].price->cost.seconds - 1;
    }
}

/// In what respects the model was not checked, over all lines.
std::vector<costmodel::Unchecked> unchecked_in(const std::vector<Line>& lines) {
    std::vector<costmodel::Unchecked> all;
    for (const Line& line : lines) {
        if (!line.price) continue;
        for (const costmodel::Unchecked& each : line.price->unchecked) {
            if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(each);
        }
    }
    return all;
}

/// "+1.3 %", empty where nothing follows.
std::string margin_text(const Line& line) {
    if (!line.price || !line.price->margin_to_next) return "";
    return "the next +" + fixed(100 * *line.price->margin_to_next, 1) + " %";
}

/// The schedules of the file with the numbers of their lines.
struct Schedules {
    std::vector<std::size_t> numbers;
    std::vector<schedules::Schedule> schedules;
};

/// `line` is all that the reader of schedules sees, and calls line 1: "lines.txt:7:1:9" means "lines.txt:7:9".
Error in_line(Error error, const std::string& place) {
    if (error.where.starts_with(place + ":1:")) error.where.erase(place.size(), 2);
    return error;
}

Result<Schedules> read_lines(const std::string& file, const ir::Operator& op) {
    SAKU_TRY(text, read_file(file, most_bytes));
    const std::string shorthand = ir::shorthand(op);
    Schedules read;
    std::size_t number = 0;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string line = text.substr(start, end - start);
        const std::string place = file + ":" + std::to_string(++number);
        start = end + 1;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        auto stored = tuner::stored_schedule_from(line, place);
        if (!stored) return in_line(stored.error(), place);
        if (stored->op && *stored->op != shorthand)
            return Error{.where = place,
                         .what = "found a record of " + *stored->op + ", expected a record of " + shorthand};
        read.numbers.push_back(number);
        read.schedules.push_back(std::move(stored->schedule));
    }
    if (read.numbers.empty()) return Error{.where = file, .what = "found no schedule, expected one on each line"};
    return read;
}

Result<std::vector<Line>> priced_lines(const RankArguments& arguments, const ir::Operator& op, const Target& target,
                                       Session& session) {
    SAKU_TRY(read, read_lines(arguments.file, op));
    session.progress.subject(arguments.file);
    std::atomic<std::size_t> done = 0;
    const auto priced = [&] {
        session.progress.report(static_cast<double>(++done) / static_cast<double>(read.numbers.size()), "pricing");
    };
    auto prices = tuner::price_schedules(op, read.schedules, target.machine, target.threads, target.residence,
                                         jobs_of(arguments.target.jobs), priced);
    std::vector<Line> lines;
    for (std::size_t i = 0; i < prices.size(); ++i) lines.push_back({read.numbers[i], std::move(prices[i])});
    std::sort(lines.begin(), lines.end(), before);
    add_margins(lines);
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
        table.row({"line " + std::to_string(line.number),
                   line.price ? headline(*line.price) : line.price.error().text(), margin_text(line)});
    }
    if (!arguments.json) return Outcome{.output = table.text() + unchecked_text(unchecked_in(lines))};
    Json json{{"schema", 1},
              {"op", ir::shorthand(op)},
              {"target", target.machine.name},
              {"threads", target.threads},
              {"residence", features::name_of(target.residence)},
              {"results", std::move(results)}};
    add_calibration(json, target.machine.calibration);
    return Outcome{.output = to_text(json)};
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
    add_residence_option(*command, arguments->target);
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "Examples:\n"
        "  saku rank matmul:m=128,n=768,k=768 --schedules candidates.jsonl --target neoverse-n1 --json");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return rank(*arguments, session); }; });
}

}  // namespace saku::cli
