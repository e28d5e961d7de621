// Several operators in one file.
//
//     {"schema": 1, "kind": "suite", "source": "where the list comes from",
//      "operators": ["mine.saku:i=256,j=32", {"op": "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1", "count": 4}]}
//
// Each entry is what the command line takes for an operator; relative paths start at the folder of the suite file. A
// suite may have parameters, "parameters": {"batch": 1}, whose values (sums and products of them, too) take the places
// of {batch} in its entries.
// "count" says how often the operator occurs in what the suite stands for (a network's layers); those of an
// operator that is listed more than once add up.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ir/operator.h"

namespace saku::frontends {

struct Task {
    ir::Operator op;
    std::string text;        ///< as the command line takes it in this folder
    std::int64_t count = 1;  ///< occurrences
};

struct Work {
    std::vector<Task> tasks;  ///< not empty, no operator twice
    bool is_suite = false;    ///< results are a list even when it has one member
    std::string file;         ///< of a suite that does not come with saku
};

/// Names of the suites that come with saku, sorted.
[[nodiscard]] std::vector<std::string> suite_names();

/// What `<op|file|suite>` on the command line means: the name of a suite that comes with saku, a .json file of kind
/// "suite", or one operator (frontends/operator_from.h). Behind a suite may stand keys, "resnet50:batch=8,layout=any":
/// parameters of the suite, or of operators, added to each that has such a parameter and does not give it itself
/// (`with_options` in frontends/request.h); a key that none takes is an error. Errors in a suite's operators begin with
/// "suite.json#/operators/3: ".
[[nodiscard]] Result<Work> work_from(const std::string& text);

}  // namespace saku::frontends
