#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/layering/includes.h"

using namespace saku::tests;

namespace {

std::string all(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

std::string verdict(const std::vector<std::pair<std::string, std::string>>& files) {
    std::vector<Source> sources;
    for (const auto& [path, text] : files) sources.push_back(source_of(path, text));
    return all(broken_rules(sources));
}

}  // namespace

TEST_CASE("every folder includes only what lies before it on the path of data") {
    const std::vector<Source> sources = sources_below(SAKU_SOURCE_DIR);
    CHECK(sources.size() > 50);
    const std::string broken = all(broken_rules(sources));
    CHECK_MESSAGE(broken.empty(), broken);
}

TEST_CASE("the sources that are read are those of the repository") {
    const std::vector<Source> sources = sources_below(SAKU_SOURCE_DIR);
    const auto walk =
        std::find_if(sources.begin(), sources.end(), [](const Source& s) { return s.path == "ir/walk.cpp"; });
    REQUIRE(walk != sources.end());
    CHECK(std::find(walk->includes.begin(), walk->includes.end(), "ir/walk.h") != walk->includes.end());
    CHECK(walk->lines > 10);
}

TEST_CASE("each rule can be broken") {
    CHECK(verdict({{"ir/a.cpp", "#include \"base/result.h\"\n#include <vector>\n#include \"ir/b.h\"\n"}}) == "");
    CHECK(verdict({{"ir/a.cpp", "#include \"schedules/split.h\"\n"}}) ==
          "ir/a.cpp: <schedules/split.h>: ir may not include schedules\n");
    CHECK(verdict({{"base/a.h", "# include <ir/index.h>\n"}}) == "base/a.h: <ir/index.h>: base may not include ir\n");
    CHECK(verdict({{"runtime/a.c", "#include \"base/result.h\"\n"}}) ==
          "runtime/a.c: <base/result.h>: runtime may not include base\n");
    CHECK(verdict({{"features/a.h", "#include \"targets/llvm/emit.h\"\n"}}) ==
          "features/a.h: <targets/llvm/emit.h>: features may not include targets/llvm\n");
    CHECK(verdict({{"targets/a.h", "#include \"targets/llvm/emit.h\"\n"}}) ==
          "targets/a.h: <targets/llvm/emit.h>: targets may not include targets/llvm\n");
    CHECK(verdict({{"costmodel/a.h", "#include \"ir/loop_nest.h\"\n"}}) ==
          "costmodel/a.h: <ir/loop_nest.h>: costmodel may not include ir\n");
    CHECK(verdict({{"tuner/a.cpp", "#include \"cli/program.h\"\n"}}) ==
          "tuner/a.cpp: <cli/program.h>: tuner may not include cli\n");
    CHECK(verdict({{"ir/a.cpp", "#include <llvm/IR/Module.h>\n"}}) ==
          "ir/a.cpp: <llvm/IR/Module.h>: LLVM's headers belong to targets/llvm\n");
    CHECK(verdict({{"cli/a.cpp", "#include <oneapi/tbb/parallel_for.h>\n"}}) ==
          "cli/a.cpp: <oneapi/tbb/parallel_for.h>: TBB belongs to tuner and runtime\n");
    CHECK(verdict({{"targets/llvm/a.h", "#include <llvm/IR/Module.h>\n"},
                   {"targets/llvm/b.h", "#include \"targets/llvm/a.h\"\n"},
                   {"tuner/a.cpp", "#include \"targets/llvm/b.h\"\n"}}) ==
          "tuner/a.cpp: <targets/llvm/b.h>: brings LLVM's headers along\n");
    CHECK(verdict({{"misc/a.h", ""}}) == "misc/a.h: the folder is not in the table of layers\n");
    std::string long_file;
    for (int i = 0; i < 401; ++i) long_file += "\n";
    CHECK(verdict({{"ir/a.h", long_file}}) == "ir/a.h: 401 lines, at most 400 are allowed\n");
}
