from bleedmap.config.segmenters import PooledUNet2dSpec
from bleedmap.segmenters.segmenter import Segmenter


def test_the_u_net_of_paper_000_has_the_parameters_that_its_description_adds_up_to():
    # a convolution of 3 x 3 from a to b channels has 9ab + b; two a level, one up a level, one out (spec 1.6)
    def of(a, b):
        return 9 * a * b + b

    down = of(1, 24) + of(24, 24) + of(24, 48) + of(48, 48) + of(48, 96) + of(96, 96) + of(96, 192) + of(192, 192)
    rise = of(192, 96) + of(96, 48) + of(48, 24)
    up = of(192, 96) + of(96, 96) + of(96, 48) + of(48, 48) + of(48, 24) + of(24, 24)
    model = Segmenter(PooledUNet2dSpec())
    assert sum(weights.numel() for weights in model.parameters()) == down + rise + up + of(24, 1)
