/* A padded convolution on two threads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "convolution.h"

enum { C = 16, H = 14, W = 14, K = 32, R = 3, S = 3, WORKERS = 2 };

static float in[C][H][W], weight[K][C][R][S], out[K][H][W];

static double expected(int k, int y, int x) {
    double sum = 0;
    for (int c = 0; c < C; ++c)
        for (int r = 0; r < R; ++r)
            for (int s = 0; s < S; ++s) {
                int row = y + r - 1, column = x + s - 1;
                if (row >= 0 && row < H && column >= 0 && column < W)
                    sum += (double)in[c][row][column] * weight[k][c][r][s];
            }
    return sum;
}

int main(void) {
    for (int i = 0; i < C * H * W; ++i) (&in[0][0][0])[i] = (float)(i % 23) / 16;
    for (int i = 0; i < K * C * R * S; ++i) (&weight[0][0][0][0])[i] = (float)(i % 19) / 16 - 0.5f;

    void* packed = aligned_alloc(64, (convolution_packed_bytes_wt() + 63) / 64 * 64);
    void* workspace = aligned_alloc(64, (convolution_workspace_bytes(WORKERS) + 63) / 64 * 64);
    if (packed == NULL) return 1;
    convolution_pack_wt(&weight[0][0][0][0], packed);
    int status = convolution(&in[0][0][0], packed, &out[0][0][0], workspace, WORKERS);
    free(workspace);
    free(packed);
    if (status != 0) return 1;

    for (int k = 0; k < K; ++k)
        for (int y = 0; y < H; ++y)
            for (int x = 0; x < W; ++x)
                if (fabs(out[k][y][x] - expected(k, y, x)) > 1e-3) {
                    printf("out[%d][%d][%d] is wrong\n", k, y, x);
                    return 1;
                }
    printf("%d x %d x %d outputs agree\n", K, H, W);
    return 0;
}
