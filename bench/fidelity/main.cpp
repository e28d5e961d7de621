// saku_fidelity FOLDER: what kept measurements say of the model as it is built in. Measures nothing.
//
//   --out FILE           the page (docs/fidelity.md); without it, to stdout
//   --pairs FILE         replaces the table of pairs in this text (docs/cost-model.md)
//   --checked FILE       replaces the groups "checked" and "fitted" of these coefficients (costmodel/coefficients.json)
//   --jobs N             threads; never changes a result
//
// Most of its time is choosing coefficients again with operators left out: a minute or two.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/file.h"
#include "bench/fidelity/checked.h"
#include "bench/fidelity/fitted_group.h"
#include "bench/fidelity/left_out.h"
#include "bench/fidelity/markdown.h"
#include "bench/fidelity/report.h"

namespace saku::fidelity {
namespace {

struct Arguments {
    std::string folder;
    std::string out;
    std::string pairs;
    std::string checked;
    int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
};

Result<std::vector<LeftOut>> leave_out_of(const std::vector<Study>& studies, int jobs) {
    std::vector<LeftOut> all;
    for (const Study& study : studies) {
        SAKU_TRY(grid, Grid::make(costmodel::built_in_coefficients_text(), fitted_coefficients(), "coefficients.json"));
        all.push_back(leave_out(study, std::move(grid), jobs));
    }
    return all;
}

Result<Done> run(const Arguments& arguments) {
    SAKU_TRY(studies, open_studies(arguments.folder));
    SAKU_TRY(left_out, leave_out_of(studies, arguments.jobs));
    const std::vector<PairBin> bins = pairs_of(studies);
    std::vector<OutputFile> files{
        {.path = arguments.out.empty() ? "/dev/stdout" : arguments.out, .content = report(studies, left_out)}};
    if (!arguments.pairs.empty()) {
        SAKU_TRY(text, read_file(arguments.pairs));
        SAKU_TRY(changed, with_block(text, "pairs", pairs_text(studies, bins), arguments.pairs));
        files.push_back({.path = arguments.pairs, .content = changed});
    }
    if (!arguments.checked.empty()) {
        SAKU_TRY(text, read_file(arguments.checked));
        SAKU_TRY(with_figures, with_fitted(text, fitted_on(left_out), arguments.checked));
        SAKU_TRY(changed, with_checked(with_figures, checked_by(studies, bins), studies, arguments.checked));
        files.push_back({.path = arguments.checked, .content = changed});
    }
    return write_files(files);
}

int main_with(int count, char** words) {
    CLI::App app(
        "what kept measurements say of saku's model: its figures, each part's worth, and how much of them is owed to "
        "coefficients chosen on the same operators (each operator left out in turn; a minute or two)",
        "saku_fidelity");
    Arguments arguments;
    app.add_option("folder", arguments.folder,
                   "a folder of measurements for each machine, as saku compare --store makes")
        ->required();
    app.add_option("--out", arguments.out, "the page; default: stdout");
    app.add_option("--pairs", arguments.pairs, "a text whose table of pairs is replaced");
    app.add_option("--checked", arguments.checked, "coefficients whose groups \"checked\" and \"fitted\" are replaced");
    app.add_option("--jobs", arguments.jobs, "threads; default: as many as the machine has; never changes a result")
        ->check(CLI::Range(1, 1024));
    CLI11_PARSE(app, count, words);
    const auto done = run(arguments);
    if (done) return 0;
    std::fprintf(stderr, "saku_fidelity: %s\n", done.error().text().c_str());
    return 2;
}

}  // namespace
}  // namespace saku::fidelity

int main(int count, char** words) { return saku::fidelity::main_with(count, words); }
