"""Gated attention over the places of a feature map (Ilse 2018; Nemcek 2021, equations 2 and 3; spec 3.4)."""

from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.classifiers.heads.logit_maps import LogitMapHead, as_one
from bleedmap.config.heads import AttentionHead


class Attention(LogitMapHead):
    """A weighted mean of places: ``a_k = softmax_k(w^T (tanh(V h_k) * sigmoid(U h_k)))``, ``z = sum_k a_k h_k``.

    The linear layer on z stands before the sum, as in all heads that make logit maps: a sum of products of one layer is
    that layer of the sum. V, U and w are 1 x 1 convolutions without bias.

    Args:
        channels: M, of the feature map.
        classes: number of classes, which share the attention.
        hidden: L, outputs of V and U.
    """

    def __init__(self, channels: int, classes: int, hidden: int) -> None:
        super().__init__(channels, classes)
        self.v, self.u = (nn.Conv2d(channels, hidden, kernel_size=1, bias=False) for _ in range(2))
        self.w = nn.Conv2d(hidden, 1, kernel_size=1, bias=False)

    def attend(self, features: Tensor) -> Tensor:
        """(B, channels, h, w) features to (B, 1, h, w) weights a_k, which sum to 1 over the places of a slice."""
        gated: Tensor = self.w(self.v(features).tanh() * self.u(features).sigmoid())
        return gated.flatten(2).softmax(dim=2).reshape(gated.shape)

    def bag(self, features: Tensor) -> Tensor:
        """(S, channels, h, w) features of slices of one scan to (1, K) logits; attention sums to 1 over all places."""
        output: SliceOutput = self(as_one(features))
        return output.logits

    def forward(self, features: Tensor) -> SliceOutput:
        """(B, channels, h, w) features to logits, the logit of each place, and how much each place weighs."""
        maps, attention = self.layer(features), self.attend(features)
        return SliceOutput((attention * maps).sum(dim=(2, 3)) + self.bias, maps, attention=attention)


def build(spec: AttentionHead, channels: int, classes: int) -> Attention:
    """The head; further arguments as for ``LogitMapHead``."""
    return Attention(channels, classes, spec.hidden)
