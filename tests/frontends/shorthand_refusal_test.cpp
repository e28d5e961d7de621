// Shorthands that are refused, with their exact messages.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "frontends/built_ins.h"
#include "frontends/notation/arguments.h"
#include "frontends/notation/instantiate.h"
#include "frontends/notation/parse.h"
#include "frontends/operator_from.h"

namespace saku::frontends {
namespace {

struct Refusal {
    std::string text;
    std::string message;
};

TEST_CASE("shorthands") {
    const std::vector<Refusal> cases = {
        {"", "expected an operator such as matmul:m=128,n=768,k=768, found ''"},
        {":m=1", "expected an operator such as matmul:m=128,n=768,k=768, found ':m=1'"},
        {"gemm:m=1", "unknown operator 'gemm', expected one of " + built_in_names() +
                         ", or a path with a '/' or ending in .saku or .json"},
        {"mat\nmul\x01", "unknown operator 'mat?mul?', expected one of " + built_in_names() +
                             ", or a path with a '/' or ending in .saku or .json"},
        {"matmul", "matmul: parameter 'm' of 'matmul' is missing, expected " + signature(*find_built_in("matmul"))},
        {"matmul:", "expected key=value, found nothing"},
        {"matmul:m=1,,n=1", "expected key=value, found nothing"},
        {"matmul:m=1,n=1,k=1,", "expected key=value, found nothing"},
        {"matmul:1,2,3", "expected key=value, found '1'"},
        {"matmul:=1", "expected key=value, found '=1'"},
        {"matmul:m=,n=1,k=1", "matmul: parameter 'm' is '', expected an integer"},
        {"matmul:m=x,n=1,k=1", "matmul: parameter 'm' is 'x', expected an integer"},
        {"matmul:m=1.5,n=1,k=1", "matmul: parameter 'm' is '1.5', expected an integer"},
        {"matmul:m= 1,n=1,k=1", "matmul: parameter 'm' is ' 1', expected an integer"},
        {"matmul:m=1=2,n=1,k=1", "matmul: parameter 'm' is '1=2', expected an integer"},
        {"matmul:m=99999999999999999999,n=1,k=1",
         "matmul: parameter 'm' is '99999999999999999999', which does not fit 64 bits"},
        {"matmul:m=0,n=1,k=1", "matmul: parameter 'm' is 0, expected at least 1"},
        {"matmul:m=-1,n=1,k=1", "matmul: parameter 'm' is -1, expected at least 1"},
        {"matmul:m=1,n=1,k=1,m=1", "matmul: parameter 'm' is given twice, expected once"},
        {"matmul:m=1,n=1,k=1,relu=2", "matmul: parameter 'relu' is 2, expected 0 to 1"},
        {"matmul:m=1,n=1,k=1,q=2",
         "matmul: unknown parameter 'q' of 'matmul', expected " + signature(*find_built_in("matmul"))},
        {"matmul:m=1,n=1,k=1,layout=NCHW",
         "matmul: layout is 'NCHW', expected any, or for 'a' the letters MK in some order, with or without "
         "blocks such as 16k"},
        {"conv2d:c=3,h=8,w=8,k=4,r=1,s=1,layout=NCHW1c",
         "conv2d: layout is 'NCHW1c', expected any, or for 'in' the letters NCHW in some order, with or without blocks "
         "such as 16c"},
        {"relu:n=8,layout=16n",
         "relu: layout is '16n', expected any, or for 'in' the letters MN in some order, with or without "
         "blocks such as 16n"},
        {"matmul:m=1,n=1,k=1,layout=M-K",
         "matmul: layout is 'M-K', expected any or an order of dimensions such as NHWC"},
        {"matmul:m=1,n=1,k=1,layout=any,layout=any", "matmul: layout is given twice, expected once"},
        {"matmul:m=1048576,n=1,k=1048576",
         "matmul: tensor 'a' of 1048576 x 1048576 f32 elements has more than 2^40 bytes"},
        {"matmul:m=4,n=1,k=8,lda=7", "matmul: the leading dimension of 'a' is 7, expected at least its row of 8"},
        {"conv2d:c=4,h=5,w=6,k=8,r=7,s=3",
         "conv2d: the kernel is larger than the padded image: 7 x 3 with dilation, expected at most 5 x 6"},
        {"conv2d:c=4,h=5,w=6,k=8,r=3,s=3,dilation=3",
         "conv2d: the kernel is larger than the padded image: 7 x 7 with dilation, expected at most 5 x 6"},
        {"conv2d:c=4,h=5,w=6,k=8,r=3,s=3,groups=3", "conv2d: groups = 3 does not divide c = 4"},
        {"conv2d:c=6,h=5,w=6,k=8,r=3,s=3,groups=3", "conv2d: groups = 3 does not divide k = 8"},
        {"conv2d:c=4,h=5,w=6,k=8,r=3,s=3,stride=0", "conv2d: parameter 'stride' is 0, expected at least 1"},
        {"conv2d:c=4,h=5,w=6,k=8,r=3,s=3,pad=-1", "conv2d: parameter 'pad' is -1, expected at least 0"},
        {"conv2d:c=4,h=5,w=6,k=8,r=1099511627776,s=3,dilation=1099511627776",
         "conv2d: the expression overflows 64 bits: dilation = 1099511627776, r = 1099511627776"},
        {"batch_matmul:b=2,m=3,n=4,k=5,stride_a=14",
         "batch_matmul: elements of the view 'a' overlap: a stride of 14 steps inside 15 elements, expected at least "
         "as many"},
        {"batch_matmul:b=2,m=3,n=4,k=5,residual=1,ldresidual=3",
         "batch_matmul: the leading dimension of 'residual' is 3, expected at least its row of 4"},
        {"conv2d:c=4,h=5,w=6,k=8,r=3,s=3,ldin=5",
         "conv2d: the leading dimension of 'in' is 5, expected at least its row of 6"},
        {"conv2d:c=4,h=5,w=6,k=8,r=3,s=3,ldin=10,stride_in_c=45",
         "conv2d: elements of the view 'in' overlap: a stride of 45 steps inside 46 elements, expected at least as "
         "many"},
        {"conv2d_nhwc:n=2,c=4,h=5,w=6,k=8,r=3,s=3,stride_out_n=95",
         "conv2d_nhwc: elements of the view 'out' overlap: a stride of 95 steps inside 96 elements, expected at least "
         "as "
         "many"},
        {"depthwise_conv2d:c=4,h=5,w=6,r=3,s=3,stride_in_n=-1",
         "depthwise_conv2d: parameter 'stride_in_n' is -1, expected at least 0"},
        {"max_pool2d:c=4,h=5,w=6,r=3,s=3,stride_in_c=1099511627776",
         "max_pool2d: tensor 'in' of 1 x 4 x 5 x 6 f32 elements with its gaps has more than 2^40 bytes"},
        {"depthwise_conv2d:c=4,h=5,w=6,r=3,s=3,beta=2,accumulate=1",
         "depthwise_conv2d: accumulate=1 is beta=1, expected one of them"},
        {"conv2d:c=4,h=5,w=6,k=8,r=3,s=3,alpha=0", "conv2d: alpha is 0, expected another number"},
        {"max_pool2d:c=2,h=5,w=6,r=7,s=3",
         "max_pool2d: the window is larger than the padded image: 7 x 3, expected at most 5 x 6"},
        {"max_pool2d:c=2,h=5,w=6,r=2,s=3,pad=2", "max_pool2d: pad = 2, expected less than the window of 2 x 3"},
        {"matmul:m=1,n=1,k=1,alpha=x", "matmul: parameter 'alpha' is 'x', expected a number"},
        {"matmul:m=1,n=1,k=1,alpha=nan", "matmul: parameter 'alpha' is 'nan', expected a number"},
        {"matmul:m=1,n=1,k=1,alpha=1e999", "matmul: parameter 'alpha' is '1e999', which no double holds"},
        {"matmul:m=1,n=1,k=1,alpha=1e60", "matmul: the number 1e+60 does not fit f32"},
        {"matmul:m=1,n=1,k=1,alpha=0", "matmul: alpha is 0, expected another number"},
        {"matmul:m=1,n=1,k=1,beta=2,accumulate=1", "matmul: accumulate=1 is beta=1, expected one of them"},
        {"matmul:m=1,n=1,k=1,lo=1.5", "matmul: lo = 1.5 is above hi = 1"},
        {"row_sum:m=3", "row_sum: parameter 'n' of 'row_sum' is missing, expected m, n, ldin=0, accumulate=0"},
        {"depthwise_conv2d:c=4,h=5,w=6,r=3,s=9,pad=1",
         "depthwise_conv2d: the kernel is larger than the padded image: 3 x 9, expected at most 7 x 8"},
    };
    for (const Refusal& entry : cases) {
        CAPTURE(entry.text);
        const Result<ir::Operator> op = operator_from(entry.text);
        CHECK((op ? "accepted" : op.error().text()) == entry.message);
    }
    CHECK(operator_from(std::string(70'000, 'x')).error().text() ==
          "the operator has 70000 characters, expected at most 65536");
}

}  // namespace
}  // namespace saku::frontends
