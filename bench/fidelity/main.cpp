// saku_fidelity FOLDER: what kept measurements say of the model as it is built in. Measures nothing.
//
//   --out FILE           the page (docs/fidelity.md); without it, to stdout
//   --pairs FILE         replaces the table of pairs in this text (docs/cost-model.md)
//   --checked FILE       replaces the group "checked" of these coefficients (costmodel/coefficients.json)
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/file.h"
#include "bench/fidelity/checked.h"
#include "bench/fidelity/markdown.h"
#include "bench/fidelity/report.h"

namespace saku::fidelity {
namespace {

struct Arguments {
    std::string folder;
    std::string out;
    std::string pairs;
    std::string checked;
};

Result<Done> run(const Arguments& arguments) {
    SAKU_TRY(studies, open_studies(arguments.folder));
    const std::vector<PairBin> bins = pairs_of(studies);
    std::vector<OutputFile> files{
        {.path = arguments.out.empty() ? "/dev/stdout" : arguments.out, .content = report(studies)}};
    if (!arguments.pairs.empty()) {
        SAKU_TRY(text, read_file(arguments.pairs));
        SAKU_TRY(changed, with_block(text, "pairs", pairs_text(studies, bins), arguments.pairs));
        files.push_back({.path = arguments.pairs, .content = changed});
    }
    if (!arguments.checked.empty()) {
        SAKU_TRY(text, read_file(arguments.checked));
        SAKU_TRY(changed, with_checked(text, checked_by(studies, bins), studies, arguments.checked));
        files.push_back({.path = arguments.checked, .content = changed});
    }
    return write_files(files);
}

int main_with(int count, char** words) {
    CLI::App app("what kept measurements say of saku's model", "saku_fidelity");
    Arguments arguments;
    app.add_option("folder", arguments.folder,
                   "a folder of measurements for each machine, as saku compare --store makes")
        ->required();
    app.add_option("--out", arguments.out, "the page; default: stdout");
    app.add_option("--pairs", arguments.pairs, "a text whose table of pairs is replaced");
    app.add_option("--checked", arguments.checked, "coefficients whose group \"checked\" is replaced");
    CLI11_PARSE(app, count, words);
    const auto done = run(arguments);
    if (done) return 0;
    std::fprintf(stderr, "saku_fidelity: %s\n", done.error().text().c_str());
    return 2;
}

}  // namespace
}  // namespace saku::fidelity

int main(int count, char** words) { return saku::fidelity::main_with(count, words); }
