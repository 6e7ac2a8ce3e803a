"""What the network does faster where nothing is learned, it does exactly as where something is."""

import pytest
import torch

from ptxviewer.inference.torch.network import beside


@pytest.mark.parametrize("size", [(6, 10), (5, 9), (7, 7)])  # twice the size, and what odd sizes come to
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_upsampling_beside_the_skip_is_the_same_with_and_without_learning(size, layout, dtype):
    torch.manual_seed(0)
    x = torch.randn(2, 3, 3, 5).to(dtype).contiguous(memory_format=layout)
    skip = torch.randn(2, 4, *size).to(dtype).contiguous(memory_format=layout)
    learned = beside(x, skip)
    with torch.inference_mode():
        shown = beside(x, skip)
    assert torch.equal(shown, learned)
    assert shown.stride() == learned.stride()
